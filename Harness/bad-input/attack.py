# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
"""Throws bad input at a running cluster under load and says whether it lives. `run` beside this starts the cluster."""

import argparse
import json
import os
import pathlib
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

# What listens on which port; a port that is not here is one that nobody attacks, and fails the run.
PORTS = {
    "api": "API server",
    443: "service/kubernetes, in front of the API server",
    2181: "ZooKeeper: clients (and the service in front of it)",
    2888: "ZooKeeper: members",
    3888: "ZooKeeper: elections",
    9093: "Kafka: clients and brokers",
    10053: "cluster DNS",
    10250: "kubelet",
}
ANSWER_SECONDS = 5
HTTP = {"api", 443, 10250}

arguments = argparse.ArgumentParser(description=__doc__)
for name in ("seatrial", "kubectl", "data", "scratch"):
    arguments.add_argument("--" + name, required=True)
options = arguments.parse_args()
generator = random.Random(4)
failures = []
held = []  # connections that say nothing more until the end


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAIL " + what, flush=True)


def command(*words, status=None):
    """Runs a command; its status and everything it said."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60)
    if status is not None:
        check(done.returncode == status, f"{' '.join(map(str, words[1:]))}: {done.returncode}: {done.stderr}")
    return done.returncode, done.stdout + done.stderr


def kubectl_json(*words):
    return json.loads(command(options.kubectl, *words, "-o", "json", status=0)[1])


# MARK: Ports


def listening(api):
    """Every address and port of the cluster that something listens on, as the kernel tells it."""
    prefix = ".".join(api[0].split(".")[:2]) + "."
    found = []
    for kind in ("tcp", "udp"):
        for line in pathlib.Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
            fields = line.split()
            address, port = fields[1].split(":")
            host = socket.inet_ntoa(struct.pack("<I", int(address, 16)))
            if host.startswith(prefix) and (kind == "udp" or fields[3] == "0A"):
                found.append((kind, host, int(port, 16)))
    return sorted(found)


def speaks(host, port, api):
    """The key of PORTS; the block's own marker socket is nobody's."""
    if (host, port) == api:
        return "api"
    return port


def garbage():
    """What no server of ours wants to read, by name."""
    return {
        "random bytes": generator.randbytes(3000),
        "zeros": bytes(4096),
        "a negative length": b"\xff\xff\xff\xff" + b"x" * 100,
        "the largest length": b"\x7f\xff\xff\xff" + b"x" * 100_000,
        "a frame of one byte": b"\x00\x00\x00\x01\x00",
        "an unknown request": struct.pack(">ihhih", 10, 999, 0, 1, -1),
        "an array without an end": struct.pack(">ihhihi", 14, 3, 0, 1, -1, 0x7FFFFFFF),
        "another protocol": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "a word in the middle": b"ruok" + generator.randbytes(64),
    }


def http_garbage():
    return {
        "no HTTP": generator.randbytes(2000),
        "an endless header": b"GET /version HTTP/1.1\r\nX: " + b"a" * 1_000_000,
        "a broken version": b"GET / HTTP/9.9\r\n\r\n",
        "chunks that are none": b"POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "two lengths": b"POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "a bad escape": b"GET /api/v1/namespaces/%zz/pods HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    }


def throw(host, port, data):
    """Sends bytes and reads what comes until the server closes or ANSWER_SECONDS have passed."""
    with socket.create_connection((host, port), timeout=ANSWER_SECONDS) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except OSError:
            pass  # closed on us, which is an answer


def hold(host, port, data):
    """Begins a request and never ends it."""
    connection = socket.create_connection((host, port), timeout=ANSWER_SECONDS)
    connection.sendall(data)
    held.append(connection)


def http(api, method, path, body=b"", headers="", most=65536):
    with socket.create_connection(api, timeout=ANSWER_SECONDS) as connection:
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}"
        if "Content-Length" not in headers:
            head += f"Content-Length: {len(body)}\r\n"
        connection.sendall(head.encode() + b"\r\n" + body)
        answer = b""
        while len(answer) < most:
            try:
                part = connection.recv(65536)
            except OSError:
                break
            if not part:
                break
            answer += part
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0, answer.decode(errors="replace")


def attack_ports(api):
    ports = listening(api)
    # The first address of the block is held open by a socket that accepts nobody.
    marker = next(((k, h, p) for k, h, p in ports if h.endswith(".255.254") and p == 10250), None)
    seen = set()
    for kind, host, port in ports:
        if (kind, host, port) == marker:
            continue
        what = speaks(host, port, api)
        check(what in PORTS, f"{kind} {host}:{port} is a port that nobody attacks: add it to PORTS")
        seen.add(what)
        if kind == "udp":
            for data in list(garbage().values()) + [b"", bytes(11), b"\x00" * 12 + b"\xc0\x0c" * 100]:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
                    datagrams.sendto(data[:60000], (host, port))
            continue
        for data in (http_garbage() if what in HTTP else garbage()).values():
            throw(host, port, data)
        for begun in (b"", b"\x00\x00\x10\x00abc", b"GET /version HTTP/1.1\r\nHost:"):
            hold(host, port, begun)
    for what in PORTS:
        check(what in seen, f"nothing listens for {PORTS[what]}")
    return len(ports) - 1


# MARK: Bad requests


def attack_api(api):
    json_type = "Content-Type: application/json\r\n"
    cases = [
        ("POST", "/api/v1/namespaces", b"{", json_type, 400),
        ("POST", "/api/v1/namespaces", b"[1,2]", json_type, 400),
        ("POST", "/api/v1/namespaces", b'{"kind":"Namespace","apiVersion":"v1","metadata":7}', json_type, (400, 422)),
        ("POST", "/api/v1/namespaces", b"\xff\xfe\x00", json_type, 400),
        ("POST", "/api/v1/namespaces", b"[" * 200_000, json_type, 400),
        ("POST", "/api/v1/namespaces", b"a: [", "Content-Type: application/yaml\r\n", 400),
        ("POST", "/api/v1/namespaces", b"x", "Content-Type: text/plain\r\n", 415),
        ("POST", "/api/v1/namespaces", b"", json_type + "Content-Length: 1000000000000\r\n", 413),
        ("GET", "/apis/nowhere/v1/things", b"", "", 404),
        ("DELETE", "/version", b"", "", (404, 405)),
        ("GET", "/api/v1/pods?labelSelector=%3D%3D%3D", b"", "", 400),
        ("GET", "/api/v1/pods?watch=1&resourceVersion=soon", b"", "", (400, 422, 500)),
    ]
    for method, path, body, headers, wanted in cases:
        status, text = http(api, method, path, body, headers)
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        check(status in wanted, f"{method} {path} with {body[:20]!r}: {status}, not {wanted}: {text[-200:]}")


def attack_files():
    """Manifests and trials: each refused by a message that names what is wrong."""
    scratch = pathlib.Path(options.scratch)

    def written(name, text):
        (scratch / name).write_text(text)
        return scratch / name

    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n"
    manifests = {
        "malformed.yaml": ("a: [b\n", "line"),
        "kind.yaml": ("apiVersion: v1\nkind: Starship\nmetadata: {name: x}\n", "Starship"),
        "field.yaml": (pod + "  - {name: c, image: i, colour: red}\n", "colour"),
        "spec.yaml": (pod + "  - {name: Capital, image: i}\n", "spec.containers[0].name"),
        "type.yaml": (pod + "  - {name: c, image: i, ports: seven}\n", "ports"),
    }
    for name, (text, named) in manifests.items():
        status, said = command(options.kubectl, "apply", "-f", written(name, text))
        check(status != 0 and named in said, f"kubectl apply of {name}: {status}: {said}")
    trials = {
        "trial-malformed.yaml": ("name: [x\n", "trial-malformed.yaml:2"),
        "trial-unknown.yaml": ("name: x\nwhatever: 1\n", "trial-unknown.yaml:2:1"),
        "trial-absent.yaml": ("name: x\nmanifests: [nowhere.yaml]\n", "nowhere.yaml"),
    }
    for name, (text, named) in trials.items():
        status, said = command(options.seatrial, "verify", written(name, text), "--report", scratch / "report")
        check(status == 2 and named in said, f"seatrial verify of {name}: {status}: {said}")


# MARK: Load


class Load:
    """Numbered lines, some hundred a second, through `seatrial produce`, which says which were not acknowledged."""

    def __init__(self):
        self.count = 0
        self.ends = False
        self.process = subprocess.Popen(
            [options.seatrial, "produce", "bad", "--data", options.data],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.thread = threading.Thread(target=self.feed)
        self.thread.start()

    def feed(self):
        while not self.ends:
            for _ in range(10):
                self.process.stdin.write(f"line {self.count}\n")
                self.count += 1
            self.process.stdin.flush()
            time.sleep(0.02)  # the pace of the load

    def finish(self):
        self.ends = True
        self.thread.join()
        self.process.stdin.close()
        complaints = self.process.stderr.read()
        check(self.process.wait() == 0, f"the producer: {complaints[-500:]}")
        read = command(
            options.seatrial, "consume", "bad", "-o", "beginning", "-e", "--data", options.data, status=0
        )[1]
        numbers = [int(number) for number in re.findall(r"^line (\d+)$", read, re.MULTILINE)]
        lost = set(range(self.count)) - set(numbers)
        check(not lost, f"{len(lost)} acknowledged lines are lost, the first {sorted(lost)[:5]}")
        check(len(numbers) == len(set(numbers)), f"{len(numbers) - len(set(numbers))} lines are there twice")


# MARK: Pods


def pods():
    return {pod["metadata"]["name"]: pod for pod in kubectl_json("get", "pods")["items"]}


def restarts():
    return {name: pod["status"]["containerStatuses"][0]["restartCount"] for name, pod in pods().items()}


def server_process(address, port):
    """The process that listens there."""
    wanted = f"{struct.unpack('<I', socket.inet_aton(address))[0]:08X}:{port:04X}"
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == wanted and fields[3] == "0A":
            inode = f"socket:[{fields[9]}]"
            for entry in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
                try:
                    if os.readlink(entry) == inode:
                        return int(entry.parts[2])
                except OSError:
                    continue
    raise SystemExit(f"nobody listens on {address}:{port}")


def wait(what, condition, seconds=40):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            check(False, f"waited {seconds} s in vain until {what}")
            return
        time.sleep(0.1)  # between two looks


def truncate(pod, port, files, bytes_off, complaint):
    """Stops a pod's server, cuts the ends off its files, and kills it; it comes back with what is left, and says so."""
    found = pods()[pod]
    process = server_process(found["status"]["podIP"], port)
    os.kill(process, signal.SIGSTOP)
    claims = [volume["persistentVolumeClaim"]["claimName"] for volume in found["spec"]["volumes"]
              if "persistentVolumeClaim" in volume]
    volume = kubectl_json("get", "pvc", claims[0])["spec"]["volumeName"]
    cut = 0
    for path in (pathlib.Path(options.data) / "volumes" / volume).rglob(files):
        # Files are preallocated: what counts ends at the last byte that is not zero.
        size = len(path.read_bytes().rstrip(b"\0"))
        if size > bytes_off:
            os.truncate(path, size - bytes_off)
            cut += 1
    check(cut > 0, f"{pod} has no {files} to truncate")
    os.kill(process, signal.SIGKILL)
    before = restarts_before[pod]
    wait(f"{pod} is back", lambda: pods()[pod]["status"]["containerStatuses"][0]["restartCount"] > before
         and pods()[pod]["status"]["containerStatuses"][0]["ready"])
    said = command(options.kubectl, "logs", pod, status=0)[1]
    check(complaint in said, f"{pod} says nothing of its {files}: {said[:1000]}")


def whole():
    """Whether every partition has all replicas in sync."""
    said = command(options.seatrial, "topics", "describe", "bad", "--data", options.data)[1]
    sets = re.findall(r"Isr: ([0-9,]+)", said)
    return len(sets) == 3 and all(len(entry.split(",")) == 3 for entry in sets)


server = re.search(r'server: "?http://([0-9.]+):(\d+)', pathlib.Path(options.data, "kubeconfig").read_text())
api = (server[1], int(server[2]))
started = time.monotonic()
wait("every replica is in sync", whole)
load = Load()
restarts_before = restarts()
count = attack_ports(api)
print(f"bad input: {count} ports took garbage ({time.monotonic() - started:.1f} s)", flush=True)
attack_api(api)
attack_files()
check(http(api, "GET", "/readyz")[0] == 200, "the API server is not ready while requests are held open")
check(restarts() == restarts_before, f"a container restarted: {restarts_before} → {restarts()}")
command(options.seatrial, "zk", "ls", "/brokers/ids", "--data", options.data, status=0)
check(whole(), "a broker fell out of the in-sync set")
print(f"bad input: requests and files are refused ({time.monotonic() - started:.1f} s)", flush=True)
truncate("zk-1", 2181, "log.*", 200, "cut")
truncate("kafka-1", 9093, "bad-*/*.log", 300, "cut off")
wait("every replica is in sync again", whole)
print(f"bad input: a cut transaction log and cut segments ({time.monotonic() - started:.1f} s)", flush=True)
for connection in held:
    connection.close()
load.finish()
print(f"bad input: {load.count} lines acknowledged and there ({time.monotonic() - started:.1f} s)")
sys.exit(1 if failures else 0)
