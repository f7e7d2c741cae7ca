#!/usr/bin/env python3
# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/KafkaProtocolTests/Fixtures: each client message in each version as kafka-python (PyPI) encodes it.

Usage: wire-fixtures.py FOLDER. Needs kafka-python 3. One file a message; one line a version and variant:
    VERSION HEX PATH=VALUE|PATH=VALUE|…
The variant `full` sets every field, `null` leaves out what may be null or empty. The test decodes the bytes, compares
every path with the fields of our structure, and encodes it again to the same bytes.
"""
import json
import os
import sys

import kafka
import kafka.protocol.admin as admin
import kafka.protocol.consumer as consumer
import kafka.protocol.metadata as metadata
import kafka.protocol.producer as producer

SCHEMAS = os.path.join(os.path.dirname(kafka.__file__), "protocol/schemas/resources")
RANGES = {  # what we speak (FACTS.md), and the number of the request
    "Produce": (0, 0, 9), "Fetch": (1, 0, 12), "ListOffsets": (2, 0, 6), "Metadata": (3, 0, 11),
    "OffsetCommit": (8, 0, 8), "OffsetFetch": (9, 0, 7), "FindCoordinator": (10, 0, 3), "JoinGroup": (11, 0, 7),
    "Heartbeat": (12, 0, 4), "LeaveGroup": (13, 0, 4), "SyncGroup": (14, 0, 5), "DescribeGroups": (15, 0, 5),
    "ListGroups": (16, 0, 4), "ApiVersions": (18, 0, 3), "CreateTopics": (19, 0, 7), "DeleteTopics": (20, 0, 6),
    "InitProducerId": (22, 0, 4), "OffsetForLeaderEpoch": (23, 0, 4), "DescribeConfigs": (32, 0, 4),
    "CreatePartitions": (37, 0, 3), "DeleteGroups": (42, 0, 2), "ElectLeaders": (43, 0, 2),
}
NAMES = {"generationIdOrMemberEpoch": "generationId"}
PYTHON_NAMES = {  # where kafka-python's name is not the schema's
    "topic_authorized_operations": "authorized_operations", "cluster_authorized_operations": "authorized_operations",
}
SKIPPED = {"ZkMigrationReady"}  # a tag of later brokers


def within(versions, version):
    if versions.endswith("+"):
        return version >= int(versions[:-1])
    first, _, last = versions.partition("-")
    return int(first) <= version <= int(last or first)


def snake(name):
    out = ""
    for i, c in enumerate(name):
        if c.isupper() and i and (not name[i - 1].isupper() or (i + 1 < len(name) and name[i + 1].islower())):
            out += "_"
        out += c.lower()
    return out


class Filler:
    def __init__(self, is_full):
        self.is_full, self.number, self.paths = is_full, 0, []

    def scalar(self, kind):
        self.number += 1
        n = self.number
        if kind == "bool":
            return True, "true"
        if kind == "string":
            return f"text-{n}-é", f"text-{n}-é"
        if kind in ("bytes", "records"):
            value = bytes([n % 251, 0, 255, n % 7])
            return value, value.hex()
        if kind == "uuid":
            import uuid
            value = uuid.UUID(int=n << 64 | (n + 1))
            return value, value.hex
        value = {"int8": n % 100 + 1, "int16": 300 + n, "int32": 70_000 + n, "int64": 5_000_000_000 + n}[kind]
        return value, str(value)

    def fill(self, fields, version, path, parent):
        values = {}
        for field in fields:
            name, kind = field["name"], field["type"]
            if not within(field["versions"], version) or name in SKIPPED:
                continue
            if "tag" in field and not self.is_full:
                continue
            here = path + name[0].lower() + name[1:]
            for old, new in NAMES.items():
                here = here.replace(old, new)
            nullable = "nullableVersions" in field and within(field["nullableVersions"], version)
            key = PYTHON_NAMES.get(snake(name), snake(name))
            if key == "authorized_operations":  # kafka-python takes the numbers of the bits
                self.number += 1
                values[key] = {3, self.number % 20 + 4}
                self.paths.append((here, str(8 | 1 << (self.number % 20 + 4))))
            elif nullable and not self.is_full and kind != "records":
                values[key] = None
                self.paths.append((here, "null"))
            elif kind.startswith("[]"):
                count = (1 if "[" in path else 2) if self.is_full else 0
                self.paths.append((here + ".count", str(count)))
                values[key] = []
                for index in range(count):
                    values[key].append(self.element(field, kind[2:], version, f"{here}[{index}]", parent))
            else:
                values[key] = self.element(field, kind, version, here, parent)
        return values

    def element(self, field, kind, version, path, parent):
        if "fields" in field:
            data = getattr(parent, kind)
            return data(version=version, **self.fill(field["fields"], version, path + ".", data))
        value, text = self.scalar(kind)
        self.paths.append((path, text))
        return value


def main(folder):
    for name, (key, first, last) in RANGES.items():
        for suffix in ("Request", "Response"):
            full = name + suffix
            module = next(m for m in (producer, consumer, metadata, admin) if hasattr(m, full))
            message = getattr(module, full)
            text = "".join(l for l in open(f"{SCHEMAS}/{full}.json") if not l.lstrip().startswith("//"))
            fields = json.loads(text)["fields"]
            lines = []
            for version in range(first, last + 1):
                for is_full in (True, False):
                    filler = Filler(is_full)
                    values = filler.fill(fields, version, "", message)
                    body = message(version=version, **values).encode(version=version)
                    lines.append(f"{version} {bytes(body).hex()} " + "|".join(f"{p}={v}" for p, v in filler.paths))
            with open(f"{folder}/{key:02d}-{full}.txt", "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")


main(sys.argv[1])
