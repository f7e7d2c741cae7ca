# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
"""The Kafka stand-in: start, memory, throughput, time to ack, planned restarts; beside REAL-KAFKA.md."""

import json
import pathlib
import socket
import struct
import subprocess
import tempfile
import threading
import time

from figures import Bench, Figure, Stall
from machines import Cluster, compile_client, pss_megabytes, run, spawn, wait_until

AREA = "Kafka and ZooKeeper stand-ins"
HERE = pathlib.Path(__file__).resolve().parent
PARTITIONS = 6
PROBE_RATE = 20
"""Messages a second to each partition, as in REAL-KAFKA.md, section 4."""


def measure(bench: Bench, seatrial: str, quick: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="seatrial-bench-") as folder:
        client = compile_client(HERE / "kafka" / "kafkaload.c", pathlib.Path(folder), "rdkafka")
        broker_start(bench, seatrial, rounds=3 if quick else 9)
        starts: list[float] = []
        rounds = 1 if quick else 3
        for number in range(rounds):
            begin = time.monotonic()
            with Cluster(seatrial) as cluster:
                with Stall() as stall:
                    cluster.deploy()
                starts.append(time.monotonic() - begin)
                bench.say(f"  a cluster started in {starts[-1]:.2f} s")
                if number + 1 == rounds:
                    cluster_start(bench, starts, stall)
                    on_cluster(bench, cluster, client, quick)


def cluster_start(bench: Bench, starts: list[float], stall: Stall) -> None:
    bench.add(
        Figure(
            AREA, "cluster start, six pods ready", "s", starts, target=6, stall=stall.share,
            how="exec of `seatrial cluster up`, then `kubectl apply` of our manifests, until every pod is Ready",
        )
    )


def on_cluster(bench: Bench, cluster: Cluster, client: str, quick: bool) -> None:
    cluster.create_topic("rest", PARTITIONS)
    memory(bench, cluster, wait=5 if quick else 60)
    servers = cluster.brokers()
    for size, count, produced, consumed, real_produced, real_consumed in [
        (100, 2_000_000, 400_000, 1_500_000, 333_888, 1_503_238),
        (1024, 300_000, 65_000, 750_000, 64_893, 750_214),
    ]:
        throughput(
            bench, cluster, client, servers, size, count // 4 if quick else count, 1 if quick else 5,
            (produced, consumed), (real_produced, real_consumed),
        )
    time_to_ack(bench, cluster, client, servers, rounds=1 if quick else 3, seconds=5 if quick else 10)
    planned_restarts(bench, cluster, client, servers, rounds=1 if quick else 5)


# A broker alone


def broker_start(bench: Bench, seatrial: str, rounds: int) -> None:
    """A broker in an empty directory, beside one ZooKeeper: exec until it has answered ApiVersions."""
    with tempfile.TemporaryDirectory(prefix="seatrial-bench-") as folder, open(f"{folder}/log", "w") as log:
        zookeeper = spawn(
            [seatrial, "zookeeper-server", f"--data_dir={folder}/zk"],
            env={"ZOO_MY_ID": "1", "ZOO_SERVERS": "server.1=127.103.0.1:2888:3888", "POD_IP": "127.103.0.1"},
            stdout=log, stderr=log,
        )
        try:
            wait_until("ZooKeeper listens", lambda: listens("127.103.0.1", 2181), 10)
            with Stall() as stall:
                values = [one_broker_start(seatrial, folder, log, number) for number in range(rounds)]
        finally:
            zookeeper.kill()
            zookeeper.wait()
    bench.add(
        Figure(
            AREA, "broker start, first answer", "s", values, target=0.3, reference=2.76, stall=stall.share,
            how="exec until ApiVersions is answered, a broker alone, empty directory, one of our ZooKeepers beside it",
        )
    )


def one_broker_start(seatrial: str, folder: str, log, number: int) -> float:
    address = f"127.103.1.{number + 1}"
    overrides = {
        "broker.id": number, "listeners": f"PLAINTEXT://{address}:9093", "zookeeper.connect": "127.103.0.1:2181",
        "log.dir": f"{folder}/broker-{number}",
    }
    words = [seatrial, "kafka-broker", str(HERE.parent / "images/kubernetes-kafka/config/server.properties")]
    for name, value in overrides.items():
        words += ["--override", f"{name}={value}"]
    begin = time.monotonic()
    broker = spawn(words, env={"POD_IP": address}, stdout=log, stderr=log)
    try:
        wait_until("the broker answers", lambda: answers_api_versions(address), 30, every=0.002)
        return time.monotonic() - begin
    finally:
        broker.kill()
        broker.wait()


def listens(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), 1).close()
        return True
    except OSError:
        return False


def answers_api_versions(address: str) -> bool:
    request = struct.pack(">hhih", 18, 0, 1, 5) + b"bench"
    try:
        with socket.create_connection((address, 9093), 1) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return len(connection.recv(4)) == 4
    except OSError:
        return False


# On the cluster


def memory(bench: Bench, cluster: Cluster, wait: int) -> None:
    time.sleep(wait)
    for command, name, real in [("kafka-broker", "Pss of a broker", 240), ("zookeeper-server", "Pss of a ZooKeeper", 86)]:
        values = [pss_megabytes(pid) for pid, words in cluster.processes().items() if words[1:2] == [command]]
        bench.add(
            Figure(
                AREA, name, "MB", values, target=40, worst_counts=True, reference=real,
                how=f"smaps_rollup of each of the three, {wait} s after the topic was made; the reference is its RSS at rest",
            )
        )


def throughput(
    bench: Bench, cluster: Cluster, client: str, servers: str, size: int, count: int, rounds: int,
    targets: tuple[int, int], real: tuple[int, int],
) -> None:
    produced, consumed = [], []
    label = "100 B" if size == 100 else "1 KiB"
    with Stall() as stall:
        for number in range(rounds + 1):
            # A topic for each round, removed after it: figures are of the page cache, not of a disk that writes back.
            topic = f"bench-{size}-{number}"
            cluster.create_topic(topic, PARTITIONS)
            total = count if number > 0 else count // 4
            made = json.loads(run([client, "produce", servers, topic, str(PARTITIONS), str(size), str(total)]))
            read = json.loads(run([client, "consume", servers, topic, str(PARTITIONS), str(total)]))
            cluster.tool("topics", "delete", topic)
            if number > 0:  # the round before the first warms up
                produced.append(made["perSecond"])
                consumed.append(read["perSecond"])
    bench.add(
        Figure(
            AREA, f"produce {label}", "msg/s", produced, target=targets[0], more_is_better=True, reference=real[0],
            stall=stall.share,
            how=f"{count} messages to 6 partitions, replication 3, acks=all, linger 5, one client; after a warm-up round",
        )
    )
    bench.add(
        Figure(
            AREA, f"consume {label}", "msg/s", consumed, target=targets[1], more_is_better=True, reference=real[1],
            stall=stall.share, how="the same messages by one client, from the first message's arrival to the last's",
        )
    )


def time_to_ack(bench: Bench, cluster: Cluster, client: str, servers: str, rounds: int, seconds: int) -> None:
    cluster.create_topic("latency", PARTITIONS)
    results = []
    with Stall() as stall:
        for _ in range(rounds):
            output = run([client, "latency", servers, "latency", str(PARTITIONS), "2000", str(seconds)])
            results.append(json.loads(output))
    for name, key, target, real in [("p50", "p50Ms", 10, 42), ("p99", "p99Ms", 40, 259), ("max", "maxMs", None, 589)]:
        bench.add(
            Figure(
                AREA, f"time to ack at 2,000/s, {name}", "ms", [result[key] for result in results], target=target,
                reference=real, stall=stall.share,
                how=f"open loop over 6 partitions for {seconds} s, 100 B, linger 5, 5 in flight, from the scheduled time",
            )
        )


def planned_restarts(bench: Bench, cluster: Cluster, client: str, servers: str, rounds: int) -> None:
    cluster.create_topic("probe", PARTITIONS)
    probe = Probe(client, servers)
    spans, figures = [], []
    try:
        time.sleep(2)
        with Stall() as stall:
            for number in range(rounds):
                begin = time.monotonic()
                cluster.kubectl("rollout", "restart", "statefulset/kafka")
                cluster.kubectl("rollout", "status", "statefulset/kafka", "--timeout=120s")
                time.sleep(6)  # the preferred leaders come back; the last restart's gaps have ended
                spans.append((begin, time.monotonic()))
                figures.append(probe.longest_gap(*spans[-1]))
                bench.say(f"  round {number + 1}: longest gap {figures[-1]:.3f} s; per partition {probe.gaps(*spans[-1])}")
    finally:
        unacknowledged = probe.stop()
    bench.add(
        Figure(
            AREA, "longest time without an ack, restarts 2, 1, 0", "s", figures, target=0.5, worst_counts=True,
            reference=10.28, stall=stall.share,
            how="`kubectl rollout restart` under 20 msg/s to each of 6 partitions (linger 0, librdkafka's defaults); the "
            "reference is the median of its restarts",
        )
    )
    bench.add(
        Figure(
            AREA, "messages of the probe that failed", "", [unacknowledged], target=1, worst_counts=True,
            how="sends that the client reported as not delivered",
        )
    )


class Probe:
    """The probe client; collects when each message was sent and acknowledged."""

    def __init__(self, client: str, servers: str):
        self.process = spawn(
            [client, "probe", servers, "probe", str(PARTITIONS), str(PROBE_RATE)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.acknowledged: dict[int, list[float]] = {partition: [] for partition in range(PARTITIONS)}
        self.failed = 0
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        for line in self.process.stdout:
            words = line.split()
            if len(words) == 3:
                self.acknowledged[int(words[0])].append(float(words[2]) / 1e3)
            else:
                self.failed += 1

    def gaps(self, begin: float, end: float) -> list[float]:
        """The longest time without an acknowledgement on each partition, of gaps that end in that span."""
        result = []
        for times in self.acknowledged.values():
            known = sorted(times)
            pairs = [b - a for a, b in zip(known, known[1:]) if begin <= b <= end]
            # Silent to the end of the span: that counts in full.
            pairs.append(end - max((time for time in known if time <= end), default=begin))
            result.append(round(max(pairs), 3))
        return result

    def longest_gap(self, begin: float, end: float) -> float:
        return max(self.gaps(begin, end))

    def stop(self) -> int:
        self.process.stdin.close()
        self.process.wait(90)
        self.reader.join()
        return self.failed
