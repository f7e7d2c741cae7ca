# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
"""recipes.py HOSTS: kazoo and its recipes against a running ensemble."""

import sys
import threading

from kazoo.client import KazooClient
from kazoo.exceptions import BadVersionError, NodeExistsError, NotEmptyError, RolledBackError

ROOT = "/seatrial-interop"
WAIT = 20


def client(hosts):
    result = KazooClient(hosts=hosts, timeout=6)
    result.start(timeout=WAIT)
    return result


def expect(condition, text):
    if not condition:
        raise SystemExit(f"kazoo: {text}")


def refused(error, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except error:
        return
    raise SystemExit(f"kazoo: {error.__name__} expected of {call.__name__}{arguments}")


def nodes(one, two):
    one.create(f"{ROOT}/node", b"1")
    refused(NodeExistsError, one.create, f"{ROOT}/node", b"")
    refused(BadVersionError, one.set, f"{ROOT}/node", b"2", version=7)
    refused(NotEmptyError, one.delete, ROOT)
    changed = threading.Event()
    two.sync(ROOT)
    two.get(f"{ROOT}/node", watch=lambda event: changed.set())
    one.set(f"{ROOT}/node", b"2", version=0)
    expect(changed.wait(WAIT), "the watch did not fire")
    two.sync(ROOT)
    data, stat = two.get(f"{ROOT}/node")
    expect(data == b"2" and stat.version == 1, f"read {data} {stat}")
    transaction = one.transaction()
    transaction.create(f"{ROOT}/node/a", b"")
    transaction.check(f"{ROOT}/node", 99)
    results = transaction.commit()
    expect(isinstance(results[0], RolledBackError), f"multi: {results}")
    expect(one.exists(f"{ROOT}/node/a") is None, "a failed multi left a node behind")


def ephemerals(hosts, one):
    owner = client(hosts)
    owner.create(f"{ROOT}/ephemeral", b"", ephemeral=True)
    gone = threading.Event()
    one.sync(ROOT)
    expect(one.exists(f"{ROOT}/ephemeral", watch=lambda event: gone.set()) is not None, "no ephemeral node")
    owner.stop()
    owner.close()
    expect(gone.wait(WAIT), "an ephemeral node outlived its session")


def locks(one, two):
    order = []

    def work(zookeeper, name):
        for _ in range(10):
            with zookeeper.Lock(f"{ROOT}/lock", name):
                order.append(name)
                order.append(name)

    threads = [threading.Thread(target=work, args=pair) for pair in ((one, "one"), (two, "two"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    expect(len(order) == 40, f"locks: {len(order)} entries")
    expect(all(order[i] == order[i + 1] for i in range(0, 40, 2)), "two held the lock at once")


def counters(one, two):
    first, second = one.Counter(f"{ROOT}/counter"), two.Counter(f"{ROOT}/counter")

    def count(counter):
        for _ in range(25):
            counter += 1

    threads = [threading.Thread(target=count, args=(counter,)) for counter in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    one.sync(ROOT)
    expect(first.value == 50, f"the counter says {first.value}")


def elections(one, two):
    led = []
    done = threading.Semaphore(0)

    def lead(name):
        led.append(name)
        done.release()

    for zookeeper, name in ((one, "one"), (two, "two")):
        election = zookeeper.Election(f"{ROOT}/election", name)
        threading.Thread(target=election.run, args=(lead, name), daemon=True).start()
    for _ in range(2):
        expect(done.acquire(timeout=WAIT), "nobody was elected")
    expect(sorted(led) == ["one", "two"], f"elections: {led}")


def main():
    hosts = sys.argv[1]
    one, two = client(hosts), client(hosts)
    one.delete(ROOT, recursive=True)
    one.create(ROOT, b"")
    try:
        nodes(one, two)
        ephemerals(hosts, one)
        locks(one, two)
        counters(one, two)
        elections(one, two)
        queue = one.LockingQueue(f"{ROOT}/queue")
        queue.put_all([b"a", b"b"])
        expect(queue.get(WAIT) == b"a" and queue.consume(), "the queue lost its order")
    finally:
        one.delete(ROOT, recursive=True)
        for zookeeper in (one, two):
            zookeeper.stop()
            zookeeper.close()
    print("kazoo: nodes, watches, multi, ephemerals, locks, counters, election, queue: ok")


main()
