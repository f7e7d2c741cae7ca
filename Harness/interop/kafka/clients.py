#!/usr/bin/env python3
# Part of Seatrial: rolling updates of stateful workloads, put on trial.
# SPDX-License-Identifier: Apache-2.0
"""Other people's Kafka clients against the brokers: kcat, confluent-kafka (librdkafka) and kafka-python.

Usage: clients.py BOOTSTRAP DATA_DIRECTORY… — the brokers' addresses, and their folders, in which the stored batches are
looked at: each codec must have arrived compressed. Prints a line a check and ends with `N passed, N failed`.
"""
import faulthandler
import glob
import struct
import subprocess
import sys
import threading
import time
import traceback
import uuid

BOOTSTRAP, FOLDERS = sys.argv[1], sys.argv[2:]
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
RUN = uuid.uuid4().hex[:6]


def topic_name(check):
    return f"interop-{RUN}-{check}"


def stored_codecs(topic):
    """The codecs of all batches of a topic on the brokers' disks."""
    codecs = set()
    for folder in FOLDERS:
        for path in glob.glob(f"{folder}/{topic}-[0-9]*/*.log"):
            data = open(path, "rb").read()
            at = 0
            while at + 61 <= len(data):
                length, = struct.unpack_from(">i", data, at + 8)
                codecs.add(CODECS[struct.unpack_from(">h", data, at + 21)[0] & 7])
                at += 12 + length
    return codecs


def kcat(*arguments, text=None, timeout=30):
    result = subprocess.run(["kcat", "-b", BOOTSTRAP, *arguments], input=text, capture_output=True, text=True,
                            timeout=timeout)
    assert result.returncode == 0, f"kcat {' '.join(arguments)}: {result.stderr}"
    return result.stdout


def create(topic, partitions=3, replication=3, config=None):
    from confluent_kafka.admin import AdminClient, NewTopic
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    new = NewTopic(topic, num_partitions=partitions, replication_factor=replication, config=config or {})
    admin.create_topics([new])[topic].result(30)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = admin.list_topics(timeout=10).topics.get(topic)
        if found and len(found.partitions) == partitions and all(p.leader >= 0 for p in found.partitions.values()):
            return
        time.sleep(0.05)
    raise AssertionError(f"{topic} has no leaders")


# --- kcat -------------------------------------------------------------------------------------------------------------

def check_kcat_metadata():
    topic = topic_name("kcat-metadata")
    create(topic, partitions=4)
    listing = kcat("-L", "-t", topic)
    assert f'topic "{topic}" with 4 partitions' in listing, listing
    assert listing.count("isrs: ") == 4, listing


def check_kcat_codecs():
    for codec in CODECS:
        topic = topic_name(f"kcat-{codec}")
        create(topic)
        lines = [f"{codec} line {n} " + "x" * 200 for n in range(500)]
        kcat("-P", "-t", topic, "-z", codec, "-X", "linger.ms=50", "-X", "acks=all", text="\n".join(lines) + "\n")
        read = kcat("-C", "-t", topic, "-e", "-q").split("\n")[:-1]
        assert sorted(read) == sorted(lines), f"{codec}: {len(read)} of {len(lines)} read"
        assert stored_codecs(topic) == {codec}, f"{codec} was stored as {stored_codecs(topic)}"


def check_kcat_offsets_and_keys():
    topic = topic_name("kcat-offsets")
    create(topic, partitions=1)
    kcat("-P", "-t", topic, "-K", ":", text="".join(f"k{n}:v{n}\n" for n in range(10)))
    assert kcat("-C", "-t", topic, "-o", "7", "-e", "-q", "-f", "%k=%s@%o\n") == "k7=v7@7\nk8=v8@8\nk9=v9@9\n"
    assert kcat("-C", "-t", topic, "-o", "-2", "-e", "-q") == "v8\nv9\n"
    assert kcat("-Q", "-t", f"{topic}:0:-1").strip() == f"{topic} [0] offset 10"
    assert kcat("-Q", "-t", f"{topic}:0:-2").strip() == f"{topic} [0] offset 0"
    assert kcat("-Q", "-t", f"{topic}:0:1").strip() == f"{topic} [0] offset 0"


def check_kcat_group():
    topic, group = topic_name("kcat-group"), f"kcat-{RUN}"
    create(topic)
    kcat("-P", "-t", topic, text="".join(f"m{n}\n" for n in range(100)))
    first = kcat("-G", group, "-q", "-c", "100", "-X", "auto.offset.reset=earliest", topic)
    assert sorted(first.split()) == sorted(f"m{n}" for n in range(100)), first
    kcat("-P", "-t", topic, text="later\n")
    assert kcat("-G", group, "-q", "-c", "1", "-X", "auto.offset.reset=earliest", topic) == "later\n"


# --- confluent-kafka --------------------------------------------------------------------------------------------------

def consume(config, topics, count, timeout=30):
    from confluent_kafka import Consumer
    consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "auto.offset.reset": "earliest", **config})
    consumer.subscribe(topics)
    messages, deadline = [], time.monotonic() + timeout
    while len(messages) < count and time.monotonic() < deadline:
        message = consumer.poll(0.5)
        if message is not None:
            assert message.error() is None, message.error()
            messages.append(message)
    if messages:
        consumer.commit(asynchronous=False)
    consumer.close()
    assert len(messages) == count, f"{len(messages)} of {count} read"
    return messages


def check_confluent_codecs_idempotent():
    from confluent_kafka import Producer
    for codec in CODECS:
        topic = topic_name(f"confluent-{codec}")
        create(topic)
        failures = []
        producer = Producer({"bootstrap.servers": BOOTSTRAP, "enable.idempotence": True, "compression.type": codec,
                             "linger.ms": 20})
        for n in range(1000):
            producer.produce(topic, key=f"k{n % 7}", value=f"{codec}-{n}-" + "y" * 100,
                             headers={"n": str(n)}, callback=lambda e, m: e and failures.append(e))
        assert producer.flush(30) == 0 and not failures, failures[:3]
        read = consume({"group.id": f"{topic}-g"}, [topic], 1000)
        by_key = {}
        for message in read:
            by_key.setdefault(message.key(), []).append(int(message.headers()[0][1]))
        assert all(numbers == sorted(numbers) for numbers in by_key.values()), "out of order"
        assert stored_codecs(topic) == {codec}, f"{codec} was stored as {stored_codecs(topic)}"


def leave(member, others=()):
    """Closes a member while the others go on polling: a rebalance under way waits for each of them, up to five minutes."""
    closing = threading.Thread(target=member.close, daemon=True)
    closing.start()
    deadline = time.monotonic() + 60
    while closing.is_alive():
        assert time.monotonic() < deadline, "a member's close does not end"
        for other in others:
            other.poll(0.1)
        closing.join(0.1)


def check_confluent_rebalance():
    from confluent_kafka import Consumer
    topic, group = topic_name("rebalance"), f"rebalance-{RUN}"
    create(topic, partitions=4)
    def join(**extra):
        consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": group, "session.timeout.ms": 6000, **extra})
        consumer.subscribe([topic])
        return consumer
    members = [join(), join()]
    def until(sizes, who):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for member in who:
                member.poll(0.1)
            if sorted(len(member.assignment()) for member in who) == sizes:
                return
        raise AssertionError(f"{[len(m.assignment()) for m in who]} instead of {sizes}")
    until([2, 2], members)
    members.append(join())
    until([1, 1, 2], members)
    leave(members.pop(), members)
    until([2, 2], members)
    leave(members.pop(), members)
    until([4], members)
    leave(members.pop())


def check_confluent_cooperative_and_static():
    from confluent_kafka import Consumer
    topic, group = topic_name("cooperative"), f"cooperative-{RUN}"
    create(topic, partitions=4)
    members = []
    for instance in ["one", "two"]:
        consumer = Consumer({"bootstrap.servers": BOOTSTRAP, "group.id": group, "group.instance.id": instance,
                             "partition.assignment.strategy": "cooperative-sticky", "session.timeout.ms": 6000})
        consumer.subscribe([topic])
        members.append(consumer)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for member in members:
            member.poll(0.1)
        if [len(member.assignment()) for member in members] == [2, 2]:
            break
    assert [len(member.assignment()) for member in members] == [2, 2]
    while members:
        leave(members.pop(), members)


def check_confluent_admin():
    from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    topic = topic_name("admin")
    create(topic, partitions=2, config={"min.insync.replicas": "2"})
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    config = admin.describe_configs([resource])[resource].result(30)
    assert config["min.insync.replicas"].value == "2", config["min.insync.replicas"]
    admin.create_partitions([NewPartitions(topic, 5)])[topic].result(30)
    deadline = time.monotonic() + 10
    while len(admin.list_topics(topic, timeout=10).topics[topic].partitions) != 5:
        assert time.monotonic() < deadline, "the partitions were not added"
        time.sleep(0.05)
    consume({"group.id": f"admin-{RUN}"}, [topic], 0, timeout=1)
    groups = admin.list_consumer_groups().result(30)
    assert not groups.errors, groups.errors
    admin.delete_topics([topic])[topic].result(30)
    deadline = time.monotonic() + 15
    while topic in admin.list_topics(timeout=10).topics:
        assert time.monotonic() < deadline, "the topic is still there"
        time.sleep(0.05)


def check_confluent_group_admin():
    from confluent_kafka import Producer
    from confluent_kafka.admin import AdminClient
    topic, group = topic_name("group-admin"), f"group-admin-{RUN}"
    create(topic, partitions=1)
    producer = Producer({"bootstrap.servers": BOOTSTRAP})
    producer.produce(topic, value="x")
    assert producer.flush(30) == 0
    consume({"group.id": group}, [topic], 1)
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    listed = {g.group_id for g in admin.list_consumer_groups().result(30).valid}
    assert group in listed, listed
    described = admin.describe_consumer_groups([group])[group].result(30)
    assert described.state.name == "EMPTY", described.state
    from confluent_kafka import ConsumerGroupTopicPartitions
    offsets = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group].result(30)
    assert [(p.topic, p.partition, p.offset) for p in offsets.topic_partitions] == [(topic, 0, 1)]
    admin.delete_consumer_groups([group])[group].result(30)
    assert group not in {g.group_id for g in admin.list_consumer_groups().result(30).valid}


# --- kafka-python -----------------------------------------------------------------------------------------------------

def check_kafka_python_codecs():
    from kafka import KafkaConsumer, KafkaProducer
    for codec in CODECS:
        topic = topic_name(f"python-{codec}")
        create(topic)
        producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, acks="all", linger_ms=20,
                                 compression_type=None if codec == "none" else codec)
        for n in range(300):
            producer.send(topic, key=f"k{n}".encode(), value=(f"{codec}-{n}-" + "z" * 100).encode())
        producer.flush(30)
        producer.close()
        consumer = KafkaConsumer(topic, bootstrap_servers=BOOTSTRAP, group_id=f"{topic}-g",
                                 auto_offset_reset="earliest", consumer_timeout_ms=5000)
        read = []
        for record in consumer:
            read.append(record.value)
            if len(read) == 300:
                break
        consumer.commit()
        consumer.close()
        assert len(set(read)) == 300, f"{codec}: {len(read)} read"
        assert stored_codecs(topic) == {codec}, f"{codec} was stored as {stored_codecs(topic)}"


def check_kafka_python_offsets():
    from kafka import KafkaConsumer, KafkaProducer, TopicPartition
    topic = topic_name("python-offsets")
    create(topic, partitions=1)
    producer = KafkaProducer(bootstrap_servers=BOOTSTRAP, acks="all")
    for n in range(10):
        producer.send(topic, value=b"v%d" % n, timestamp_ms=1_600_000_000_000 + n * 1000).get(30)
    producer.close()
    partition = TopicPartition(topic, 0)
    consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP)
    assert consumer.beginning_offsets([partition]) == {partition: 0}
    assert consumer.end_offsets([partition]) == {partition: 10}
    found = consumer.offsets_for_times({partition: 1_600_000_004_500})[partition]
    assert (found.offset, found.timestamp) == (5, 1_600_000_005_000), found
    consumer.close()


# --- no client at all -------------------------------------------------------------------------------------------------

def check_garbage():
    """Garbage, oversized frames and broken requests: the connection ends, the broker lives."""
    import random
    import socket
    generator = random.Random(7)
    for address in BOOTSTRAP.split(","):
        host, port = address.rsplit(":", 1)
        for attempt in range(90):
            frame = bytes(generator.randrange(256) for _ in range(generator.randrange(1, 200)))
            if attempt % 3 == 1:  # a frame of the right length, a known request, and nonsense behind it
                key, version = generator.randrange(0, 45), generator.randrange(0, 12)
                if key in (4, 5, 6, 7):
                    continue  # what only brokers say
                frame = struct.pack(">ihhih", len(frame) + 10, key, version, attempt, -1) + frame
            elif attempt % 3 == 2:
                frame = struct.pack(">i", generator.choice([-1, 1 << 30, 0x7fffffff])) + frame
            with socket.create_connection((host, int(port)), timeout=5) as connection:
                connection.sendall(frame)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
    assert kcat("-L").count(" at ") == len(BOOTSTRAP.split(",")), "not every broker is there any more"


def main():
    wanted = [name for name in globals() if name.startswith("check_")]
    passed, failed = 0, 0
    for name in wanted:
        started = time.monotonic()
        faulthandler.dump_traceback_later(120, exit=True)  # a check that hangs says where
        try:
            globals()[name]()
        except BaseException:
            failed += 1
            print(f"FAILED {name[6:]}\n{traceback.format_exc()}", flush=True)
        else:
            passed += 1
            print(f"ok     {name[6:]} ({time.monotonic() - started:.1f} s)", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
