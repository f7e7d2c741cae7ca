# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
"""The control plane: objects and watch events a second, memory, and StatefulSets of many pods."""

import json
import pathlib
import subprocess
import tempfile
import time
import urllib.parse

from figures import Bench, Figure, Stall
from machines import Cluster, compile_client, pss_megabytes, run, spawn

AREA = "control plane"
HERE = pathlib.Path(__file__).resolve().parent
PODS = "/api/v1/namespaces/default/pods"
WATCHERS = 100


def measure(bench: Bench, seatrial: str, quick: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="seatrial-bench-") as folder:
        client = compile_client(HERE / "control-plane" / "apiload.c", pathlib.Path(folder), "pthread")
        with Cluster(seatrial, "--nodes", "0") as cluster:
            objects(bench, cluster, client, 2_000 if quick else 10_000)


def pod() -> dict:
    """A pod as large as those of a real cluster; no scheduler and no kubelet touches it."""
    container = {
        "name": "kafka",
        "image": "seatrial.local/kubernetes-kafka:1.0",
        "command": ["sh", "-c", "exec kafka-server-start.sh " + " ".join(f"--override setting.{i}=value" for i in range(20))],
        "env": [{"name": f"NAME_{i}", "value": f"value {i}"} for i in range(10)],
        "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}},
        "readinessProbe": {"exec": {"command": ["kafka-ready"]}},
        "ports": [{"name": "server", "containerPort": 9093}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bench-@N@", "labels": {"app": "bench", "statefulset.kubernetes.io/pod-name": "bench-@N@"}},
        "spec": {"schedulerName": "nobody", "containers": [container]},
    }


def objects(bench: Bench, cluster: Cluster, client: str, count: int) -> None:
    """Creates many pods while a hundred watchers look on."""
    server = urllib.parse.urlparse(cluster.description["server"])
    template = cluster.folder / "pod.json"
    template.write_text(json.dumps(pod()))
    to = [server.hostname, str(server.port)]
    # The first requests warm up, and are gone again.
    run([client, "get", *to, PODS, "500", "4"])
    watching = count // 10
    for watchers, made in [(0, count - watching), (WATCHERS, watching)]:
        with Stall() as stall:
            observed = None
            if watchers:
                path = f"{PODS}?watch=1&resourceVersion={json.loads(cluster.kubectl('get', '--raw', PODS + '?limit=1'))['metadata']['resourceVersion']}"
                observed = spawn([client, "watch", *to, path, str(watchers), str(made), "60"], stdout=subprocess.PIPE, text=True)
                if observed.stdout.readline() != "ready\n":
                    raise SystemExit("the watchers were not answered")
                # Names that are not taken yet.
                template.write_text(json.dumps(pod()).replace("@N@", "w@N@"))
            result = json.loads(run([client, "create", *to, PODS, str(template), str(made), "8"]))
            events = json.loads(observed.communicate()[0]) if observed else None
        name = f"pods created, {watchers} watchers" if watchers else "pods created, nobody watches"
        bench.add(
            Figure(
                AREA, name, "/s", [result["perSecond"]], more_is_better=True, stall=stall.share,
                how=f"{made} pods of 2 KB, POSTed over 8 connections",
            )
        )
        if events:
            bench.add(
                Figure(
                    AREA, f"events served to {watchers} watchers", "/s", [events["perSecond"]], more_is_better=True,
                    stall=stall.share, how=f"the same creations, {made} events to each over HTTP",
                )
            )
            bench.add(
                Figure(
                    AREA, f"events that the worst of {watchers} watchers missed", "", [made - events["fewest"]], target=1,
                    worst_counts=True, how="a watch that is ended counts with all that it did not get",
                )
            )
    bench.add(
        Figure(
            AREA, f"control plane with {count:,} pods", "MB", [pss_megabytes(cluster.process.pid)], target=300,
            how="Pss of the process with API server and controllers",
        )
    )
    with Stall() as stall:
        got = json.loads(run([client, "get", *to, f"{PODS}/bench-1", "5000", "8"]))
    bench.add(Figure(AREA, "pods read, one by one", "/s", [got["perSecond"]], more_is_better=True, stall=stall.share, how="GET, 8 connections"))
    begin = time.monotonic()
    run([client, "get", *to, PODS, "3", "1"])
    bench.add(
        Figure(AREA, f"list of {count:,} pods", "s", [(time.monotonic() - begin) / 3], how="GET of the whole list, one after the other")
    )
