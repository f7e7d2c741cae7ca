// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a broker's configuration.
public struct BrokerConfigurationError: Error, Hashable, CustomStringConvertible {
    /// Which option, what was expected, what was found.
    public var message: String

    /// An error with a message.
    public init(_ message: String) {
        self.message = message
    }

    public var description: String { self.message }
}

/// The options of Kafka that the broker knows of and does not read.
enum KnownOptions {
    /// Options that mean what the broker does anyway, with the value that does so (nil: any).
    static let inherent: [String: String?] = [
        "compression.type": "producer", "log.cleanup.policy": "delete", "log.preallocate": "false",
        "zookeeper.set.acl": "false", "log.message.timestamp.type": "CreateTime",
        "offsets.topic.compression.codec": "0", "offsets.commit.required.acks": "-1",
        "log.flush.interval.messages": "9223372036854775807",
        "log.flush.scheduler.interval.ms": "9223372036854775807",
        "quota.consumer.default": "9223372036854775807", "quota.producer.default": "9223372036854775807",
        "max.connections.per.ip": "2147483647", "log.retention.bytes": "-1",
        "log.message.timestamp.difference.max.ms": "9223372036854775807", "num.network.threads": .none,
        "num.io.threads": .none, "background.threads": .none, "num.replica.fetchers": .none,
        "num.recovery.threads.per.data.dir": .none, "queued.max.requests": .none, "log.roll.jitter.hours": "0",
        "fetch.purgatory.purge.interval.requests": .none, "producer.purgatory.purge.interval.requests": .none,
        "broker.id.generation.enable": .none, "reserved.broker.max.id": .none,
        "inter.broker.protocol.version": .none, "log.message.format.version": .none,
    ]

    /// Options that are accepted without effect, and named once in the log.
    static let ignored: Set<String> = [
        "leader.imbalance.per.broker.percentage", "log.flush.offset.checkpoint.interval.ms", "log.retention.hours",
        "log.retention.minutes", "log.retention.ms", "log.roll.hours", "log.roll.ms", "log.segment.delete.delay.ms",
        "offsets.commit.timeout.ms", "offsets.load.buffer.size", "offsets.retention.check.interval.ms",
        "offsets.retention.minutes", "replica.socket.receive.buffer.bytes", "replica.socket.timeout.ms",
        "request.timeout.ms", "socket.receive.buffer.bytes", "socket.send.buffer.bytes", "connections.max.idle.ms",
        "controller.socket.timeout.ms", "log.cleaner.backoff.ms", "log.cleaner.dedupe.buffer.size",
        "log.cleaner.delete.retention.ms", "log.cleaner.enable", "log.cleaner.io.buffer.load.factor",
        "log.cleaner.io.buffer.size", "log.cleaner.io.max.bytes.per.second", "log.cleaner.min.cleanable.ratio",
        "log.cleaner.min.compaction.lag.ms", "log.cleaner.threads", "log.index.size.max.bytes",
        "log.retention.check.interval.ms", "replica.fetch.backoff.ms", "zookeeper.connection.timeout.ms",
        "zookeeper.sync.time.ms", "log.flush.interval.ms", "transaction.state.log.replication.factor",
        "transaction.state.log.min.isr", "transaction.state.log.num.partitions", "zookeeper.max.in.flight.requests",
    ]
}
