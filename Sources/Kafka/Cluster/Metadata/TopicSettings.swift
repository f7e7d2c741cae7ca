// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a topic's settings mean for its partitions; a topic overrides the broker's defaults key by key.
package struct TopicSettings: Hashable, Sendable {
    /// With acks=all, fewer in-sync replicas than this refuse the write.
    package var minInSync = 1
    /// Whether a replica outside the in-sync set may lead when nobody else can.
    package var uncleanElection = false
    /// The largest batch, in bytes.
    package var messageBytesMax = 1_048_588
    package var segmentBytes = 1_073_741_824
    package var indexIntervalBytes = 4096
    package var cleanupPolicy = "delete"
    package var compression = "producer"
    /// `CreateTime` or `LogAppendTime`.
    package var timestampType = "CreateTime"
    package var flushMessages = Int64.max

    package init() {}

    /// Settings of topics that are accepted and do nothing here.
    private static let ignored: Set<String> = [
        "delete.retention.ms", "file.delete.delay.ms", "flush.ms", "follower.replication.throttled.replicas",
        "leader.replication.throttled.replicas", "max.compaction.lag.ms", "message.downconversion.enable",
        "message.format.version", "message.timestamp.difference.max.ms", "min.cleanable.dirty.ratio",
        "min.compaction.lag.ms", "preallocate", "retention.bytes", "retention.ms", "segment.index.bytes",
        "segment.jitter.ms", "segment.ms",
    ]
    /// The only value that means what is done here, of settings that cannot be changed.
    private static let fixed = [
        "cleanup.policy": "delete", "compression.type": "producer", "message.timestamp.type": "CreateTime",
        "flush.messages": String(Int64.max),
    ]

    /// Why a topic's settings cannot be meant.
    package struct Mistake: Error, Hashable {
        /// In the words that a client is told.
        package var message: String
    }

    /// The overrides that have no effect here, as `key=value`, sorted.
    /// - Throws: ``Mistake`` when a setting is unknown or has a value that cannot be meant.
    package static func withoutEffect(_ values: [String: String]) throws(Mistake) -> [String] {
        var found: [String] = []
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            switch key {
            case "min.insync.replicas", "segment.bytes", "max.message.bytes", "index.interval.bytes":
                let least = key == "segment.bytes" ? 14 : key == "min.insync.replicas" ? 1 : 0
                guard let number = Int(value), number >= least else {
                    throw Mistake(
                        message: "Invalid value \(value) for configuration \(key): a number from \(least) is wanted"
                    )
                }
            case "unclean.leader.election.enable":
                guard Bool(value) != nil else {
                    throw Mistake(message: "Invalid value \(value) for configuration \(key): true or false is wanted")
                }
            case _ where self.ignored.contains(key) || self.fixed[key].map { $0 != value } == true:
                found.append("\(key)=\(value)")
            case _ where self.fixed[key] != nil:
                break
            case _:
                throw Mistake(message: "Unknown topic config name: \(key)")
            }
        }
        return found
    }

    /// These settings with a topic's overrides; values that do not parse are left out.
    package func overridden(by values: [String: String]) -> TopicSettings {
        var settings = self
        func set<Value: LosslessStringConvertible>(_ key: String, _ path: WritableKeyPath<TopicSettings, Value>) {
            if let value = values[key].flatMap(Value.init) { settings[keyPath: path] = value }
        }
        set("min.insync.replicas", \.minInSync)
        set("unclean.leader.election.enable", \.uncleanElection)
        set("max.message.bytes", \.messageBytesMax)
        set("segment.bytes", \.segmentBytes)
        set("index.interval.bytes", \.indexIntervalBytes)
        set("cleanup.policy", \.cleanupPolicy)
        set("compression.type", \.compression)
        set("message.timestamp.type", \.timestampType)
        set("flush.messages", \.flushMessages)
        return settings
    }

    /// Every setting by its topic-level name, as DescribeConfigs tells it.
    package var described: [(name: String, value: String)] {
        [
            ("cleanup.policy", self.cleanupPolicy),
            ("compression.type", self.compression),
            ("flush.messages", String(self.flushMessages)),
            ("index.interval.bytes", String(self.indexIntervalBytes)),
            ("max.message.bytes", String(self.messageBytesMax)),
            ("message.timestamp.type", self.timestampType),
            ("min.insync.replicas", String(self.minInSync)),
            ("segment.bytes", String(self.segmentBytes)),
            ("unclean.leader.election.enable", String(self.uncleanElection)),
        ]
    }
}
