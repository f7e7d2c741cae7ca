# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
"""The ZooKeeper stand-in beside Debian's ZooKeeper in the same run: reads what zookeeper/run prints."""

import os
import pathlib
import re
from collections import defaultdict

from figures import Bench, Figure, Stall
from machines import run

AREA = "ZooKeeper, three servers, fsync on"
RATE = re.compile(r"^(ours|real) +(\w+) +(\d+) outstanding: +(\d+)/s")
GAP = re.compile(r"^(ours|real) +leader \d gets (SIG\w+): longest gap ([\d.]+) ([\d.]+) ([\d.]+) s")
REFERENCE = "Debian's ZooKeeper 3.8 in the same run"


def measure(bench: Bench, seatrial: str, quick: bool) -> None:
    script = pathlib.Path(__file__).resolve().parent / "zookeeper" / "run"
    with Stall() as stall:
        output = run([str(script), "1" if quick else "3"], env=os.environ | {"SEATRIAL": seatrial})
    rates, gaps = defaultdict(list), defaultdict(list)
    for line in output.splitlines():
        if found := RATE.match(line):
            rates[found[1], found[2], found[3]].append(float(found[4]))
        elif found := GAP.match(line):
            gaps[found[1], found[2]].append(max(map(float, found.groups()[2:])))
    for (kind, operation, outstanding), values in rates.items():
        if kind != "ours":
            continue
        other = sum(rates["real", operation, outstanding]) / len(rates["real", operation, outstanding])
        bench.add(
            Figure(
                AREA, f"{operation}, {outstanding} outstanding", "op/s", values, target=other, more_is_better=True,
                reference=other, reference_name=REFERENCE, stall=stall.share,
                how="100 B, one session, 3 s after a second of warm-up, by turns with the reference",
            )
        )
    for (kind, signal), values in gaps.items():
        if kind != "ours":
            continue
        other = sorted(gaps["real", signal])[len(gaps["real", signal]) // 2]
        bench.add(
            Figure(
                AREA, f"without service when the leader gets {signal}", "s", values, target=other, reference=other,
                reference_name=REFERENCE, stall=stall.share,
                how="three sessions (timeout 6 s), a synchronous set every 5 ms: the longest time without a success",
            )
        )
