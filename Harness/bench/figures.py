# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
"""What a bench found: figures with their target and the named reference that they stand beside."""

import json
import os
import statistics
import sys
import time
from dataclasses import dataclass, field


@dataclass
class Figure:
    """One figure: the values of its rounds and what is made of them."""

    area: str
    name: str
    unit: str
    values: list[float]
    how: str
    """How it was taken, so that nobody has to guess."""
    target: float | None = None
    more_is_better: bool = False
    worst_counts: bool = False
    """Every round has to meet the target, not just the median."""
    reference: float | None = None
    reference_name: str = "real Kafka 0.10.2.1 (REAL-KAFKA.md)"
    stall: float | None = None
    """The share of wall time in which some task of this machine waited for a core meanwhile."""

    @property
    def value(self) -> float:
        if self.worst_counts:
            return min(self.values) if self.more_is_better else max(self.values)
        return statistics.median(self.values)

    @property
    def passes(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.more_is_better else self.value < self.target

    @property
    def ratio(self) -> float | None:
        """How many times better than the reference."""
        if not self.reference or not self.value:
            return None
        return self.value / self.reference if self.more_is_better else self.reference / self.value

    def json(self) -> dict:
        return {
            "area": self.area,
            "name": self.name,
            "unit": self.unit,
            "value": self.value,
            "values": self.values,
            "taken": "worst" if self.worst_counts else "median",
            "how": self.how,
            "target": self.target,
            "pass": self.passes,
            "reference": self.reference,
            "referenceName": self.reference_name if self.reference is not None else None,
            "timesBetter": self.ratio,
            "cpuStall": self.stall,
        }

    def line(self) -> str:
        verdict = {True: "pass", False: "MISS", None: "    "}[self.passes]
        sign = "≥" if self.more_is_better else "<"
        target = f"{sign} {number(self.target)}" if self.target is not None else ""
        beside = f"{number(self.reference)}, ours ×{self.ratio:.2g}" if self.ratio is not None else ""
        rounds = " / ".join(number(value) for value in self.values) if len(self.values) > 1 else ""
        stall = f"{self.stall * 100:.0f} %" if self.stall is not None else ""
        return (
            f"{verdict}  {self.name:<44} {number(self.value):>9} {self.unit:<6} {target:<11} "
            f"{beside:<24} {stall:>5}  {rounds}"
        )


HEAD = f"{'':6}{'figure':<44} {'value':>9} {'':<6} {'target':<11} {'reference':<24} {'stall':>5}  rounds"


def number(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


@dataclass
class Bench:
    """Where figures go: said as they come, and all of them at the end."""

    output: str
    figures: list[Figure] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Progress goes to standard error, so that `-o json` stays clean."""
        print(text, file=sys.stderr, flush=True)

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)
        self.say(figure.line())

    def report(self) -> int:
        """Prints everything and returns the exit status: 1 when a target was missed."""
        missed = [figure for figure in self.figures if figure.passes is False]
        if self.output == "json":
            machine = {"cores": os.cpu_count(), "loadAverage": os.getloadavg(), "kernel": os.uname().release}
            text = {"machine": machine, "figures": [figure.json() for figure in self.figures], "missed": len(missed)}
            print(json.dumps(text, indent=2, ensure_ascii=False))
        else:
            for area in dict.fromkeys(figure.area for figure in self.figures):
                figures = [figure for figure in self.figures if figure.area == area]
                references = dict.fromkeys(f.reference_name for f in figures if f.reference is not None)
                print(f"\n{area}" + (f" (reference: {', '.join(references)})" if references else ""))
                print(HEAD)
                for figure in figures:
                    print(figure.line())
            print("\nHow each is taken:")
            for figure in self.figures:
                print(f"  {figure.name}: {'worst' if figure.worst_counts else 'median'} of {len(figure.values)}; {figure.how}")
            judged = [figure for figure in self.figures if figure.target is not None]
            print(f"\n{len(judged) - len(missed)} of {len(judged)} targets met")
        return 1 if missed else 0


class Stall:
    """Measures the share of time in which some task waited for a core (/proc/pressure/cpu)."""

    def __enter__(self) -> "Stall":
        self.begin = (self.total(), time.monotonic())
        self.share: float | None = None
        return self

    def __exit__(self, *_: object) -> None:
        (total, start), now = self.begin, (self.total(), time.monotonic())
        if total is not None and now[0] is not None:
            self.share = (now[0] - total) / 1e6 / max(now[1] - start, 1e-9)

    @staticmethod
    def total() -> int | None:
        try:
            with open("/proc/pressure/cpu") as file:
                return int(file.readline().rsplit("total=", 1)[1])
        except OSError:
            return None
