// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import KafkaClient
public import NameResolution

/// What a workload sends and reads.
public struct Load: Sendable {
    /// `host:port` of the brokers, separated by commas.
    public var bootstrapServers: String
    /// Who turns names into addresses.
    public var resolver: Resolver
    /// The topic, which exists.
    public var topic: String
    /// How many partitions it has; the workload itself goes round robin over them.
    public var partitions: Int
    /// How many producers there are, each a client of its own.
    public var producers = 2
    /// Messages per second over all producers, whatever the brokers do (an open loop).
    public var rate = 2000
    /// Bytes of a message's value, at least `Payload.headerLength`.
    public var size = 100
    /// Whether messages have a key (the producer's number).
    public var hasKeys = false
    /// How many copies make an acknowledgement.
    public var acks = KafkaProducer.Acks.all
    /// Whether brokers drop what a retry repeats.
    public var isIdempotent = true
    /// How long a producer gathers messages, in milliseconds.
    public var lingerMs = 5.0
    /// How long a message may take until its producer gives it up, in milliseconds.
    public var messageTimeoutMs = 60_000
    /// How many members the consumer group has.
    public var consumers = 2
    /// The group's name.
    public var group = "seatrial"
    /// After how long without a heartbeat a member is given up, in milliseconds.
    public var sessionTimeoutMs = 10_000
    /// Any of librdkafka's settings by name, for all clients.
    public var overrides: [String: String] = [:]

    /// A load on a topic.
    public init(bootstrapServers: String, resolver: Resolver, topic: String, partitions: Int) {
        self.bootstrapServers = bootstrapServers
        self.resolver = resolver
        self.topic = topic
        self.partitions = partitions
    }

    /// How a client of this load, of that name, reaches the brokers.
    public func clientConfiguration(_ name: String, debug: String = "") -> ClientConfiguration {
        ClientConfiguration(
            bootstrapServers: self.bootstrapServers,
            clientID: name,
            resolver: self.resolver,
            debug: debug,
            overrides: self.overrides
        )
    }
}
