# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
"""The things that are measured: child processes that die with the bench, and a controlled cluster."""

import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

HARNESS = pathlib.Path(__file__).resolve().parent.parent
MANIFESTS = HARNESS.parent / "Manifests"
PR_SET_PDEATHSIG = 1

os.environ.setdefault("SEATRIAL_IMAGES", str(HARNESS / "images" / "catalog.yaml"))


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def spawn(arguments: list[str], **options) -> subprocess.Popen:
    return subprocess.Popen(arguments, preexec_fn=die_with_parent, **options)


def run(arguments: list[str], **options) -> str:
    """The output of a command; what it said on standard error is part of the complaint when it fails."""
    done = subprocess.run(arguments, capture_output=True, text=True, preexec_fn=die_with_parent, **options)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def wait_until(what: str, holds, within: float, every: float = 0.05):
    """Waits until `holds()` is true and returns its value."""
    end = time.monotonic() + within
    while not (value := holds()):
        if time.monotonic() > end:
            raise SystemExit(f"waited {within:.0f} s in vain until {what}")
        time.sleep(every)
    return value


def compile_client(source: pathlib.Path, folder: pathlib.Path, *libraries: str) -> str:
    program = folder / source.stem
    run(["gcc", "-O2", "-o", program, source, *[f"-l{name}" for name in libraries]])
    return str(program)


class Cluster:
    """A controlled cluster in a folder of its own; both are gone at the end."""

    def __init__(self, seatrial: str, *options: str):
        self.seatrial = seatrial
        self.options = options

    def __enter__(self) -> "Cluster":
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="seatrial-bench-"))
        self.data = self.folder / "cluster"
        self.log = open(self.folder / "log", "w+")
        self.process = spawn(
            [self.seatrial, "cluster", "up", "--data", str(self.data), *self.options],
            stdout=self.log,
            stderr=self.log,
        )
        description = self.data / "cluster.json"
        try:
            wait_until("the cluster is up", lambda: self.alive() and description.exists(), 30, every=0.01)
            self.description = json.loads(wait_until("cluster.json is whole", description.read_text, 5))
        except BaseException:
            self.__exit__()
            raise
        return self

    def alive(self) -> bool:
        if self.process.poll() is not None:
            self.log.seek(0)
            raise SystemExit(f"the cluster ended:\n{self.log.read()}")
        return True

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(90)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kubectl(self, *arguments: str) -> str:
        environment = os.environ | {"KUBECONFIG": str(self.data / "kubeconfig"), "HOME": str(self.folder)}
        return run(["kubectl", *arguments], env=environment)

    def tool(self, *arguments: str) -> str:
        return run([self.seatrial, *arguments, "--data", str(self.data)])

    def deploy(self) -> None:
        """ZooKeeper and Kafka by our manifests; returns when all six pods are ready."""
        self.kubectl("apply", "-f", str(MANIFESTS / "zookeeper.yaml"), "-f", str(MANIFESTS / "kafka.yaml"))
        wait_until("all six pods are ready", lambda: sum(map(is_ready, self.pods())) == 6, 120)

    def pods(self) -> list[dict]:
        return json.loads(self.kubectl("get", "--raw", "/api/v1/namespaces/default/pods"))["items"]

    def brokers(self) -> str:
        """The brokers' addresses, as a client's bootstrap list."""
        pods = [pod for pod in self.pods() if pod["metadata"]["labels"].get("app") == "kafka"]
        return ",".join(f"{pod['status']['podIP']}:9093" for pod in pods)

    def create_topic(self, name: str, partitions: int = 6) -> None:
        self.tool("topics", "create", name, "--partitions", str(partitions), "--replication-factor", "3",
                  "--config", "min.insync.replicas=2")

    def processes(self) -> dict[int, list[str]]:
        """What runs under the cluster's process: command lines by process id."""
        parents, commands = {}, {}
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                commands[int(entry.name)] = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except (OSError, ProcessLookupError):
                continue  # it ended meanwhile
        return {pid: commands[pid] for pid in commands if self.is_below(pid, parents)}

    def is_below(self, pid: int, parents: dict[int, int]) -> bool:
        while pid in parents:
            pid = parents[pid]
            if pid == self.process.pid:
                return True
        return False


def is_ready(pod: dict) -> bool:
    conditions = pod.get("status", {}).get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def pss_megabytes(pid: int) -> float:
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    raise SystemExit(f"no Pss of process {pid}")
