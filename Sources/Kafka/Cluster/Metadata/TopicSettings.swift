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
