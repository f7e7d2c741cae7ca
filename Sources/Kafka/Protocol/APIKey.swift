// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A kind of request. Unknown keys survive decoding.
package struct APIKey: RawRepresentable, Hashable, Comparable, Sendable {
    /// The number on the wire.
    package var rawValue: Int16

    /// The kind of that number.
    package init(rawValue: Int16) {
        self.rawValue = rawValue
    }

    package static func < (lhs: APIKey, rhs: APIKey) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension APIKey {
    package static let produce = APIKey(rawValue: 0)
    package static let fetch = APIKey(rawValue: 1)
    package static let listOffsets = APIKey(rawValue: 2)
    package static let metadata = APIKey(rawValue: 3)
    package static let leaderAndIsr = APIKey(rawValue: 4)
    package static let stopReplica = APIKey(rawValue: 5)
    package static let updateMetadata = APIKey(rawValue: 6)
    package static let controlledShutdown = APIKey(rawValue: 7)
    package static let offsetCommit = APIKey(rawValue: 8)
    package static let offsetFetch = APIKey(rawValue: 9)
    package static let findCoordinator = APIKey(rawValue: 10)
    package static let joinGroup = APIKey(rawValue: 11)
    package static let heartbeat = APIKey(rawValue: 12)
    package static let leaveGroup = APIKey(rawValue: 13)
    package static let syncGroup = APIKey(rawValue: 14)
    package static let describeGroups = APIKey(rawValue: 15)
    package static let listGroups = APIKey(rawValue: 16)
    package static let apiVersions = APIKey(rawValue: 18)
    package static let createTopics = APIKey(rawValue: 19)
    package static let deleteTopics = APIKey(rawValue: 20)
    package static let initProducerId = APIKey(rawValue: 22)
    package static let offsetForLeaderEpoch = APIKey(rawValue: 23)
    package static let describeConfigs = APIKey(rawValue: 32)
    package static let createPartitions = APIKey(rawValue: 37)
    package static let deleteGroups = APIKey(rawValue: 42)
    package static let electLeaders = APIKey(rawValue: 43)
    package static let alterPartition = APIKey(rawValue: 56)
}

extension APIKey: CustomStringConvertible {
    /// The name as Kafka writes it, such as `Produce`; `API 99` for an unknown number.
    package var description: String {
        self.entry?.name ?? "API \(self.rawValue)"
    }

    /// The versions that can be coded here; nil for a kind that is unknown here.
    ///
    /// For Produce and Fetch these begin at 0, since librdkafka derives its features from the minimum; the oldest
    /// versions carry message sets that a broker refuses with UNSUPPORTED_VERSION (FACTS.md).
    package var versions: ClosedRange<Int16>? { self.entry?.versions }

    /// Every kind that can be coded here, ascending.
    package static let all: [APIKey] = Entry.table.indices.filter { Entry.table[$0] != nil }.map {
        APIKey(rawValue: Int16($0))
    }

    /// What a version of this kind is like.
    package struct VersionDescription: Hashable, Sendable {
        /// Whether it can be coded here.
        package var isSupported: Bool
        /// Whether it is one with compact lengths and tagged fields (KIP-482).
        package var isFlexible: Bool
    }

    /// What a version of this kind is like; versions that are too new count as flexible, as they are since 2.4.
    package func description(of version: Int16) -> VersionDescription {
        guard let entry = self.entry else { return VersionDescription(isSupported: false, isFlexible: false) }
        return VersionDescription(
            isSupported: entry.versions.contains(version),
            isFlexible: version >= entry.flexibleSince
        )
    }

    private var entry: Entry? {
        self.rawValue >= 0 && Int(self.rawValue) < Entry.table.count ? Entry.table[Int(self.rawValue)] : nil
    }

    /// One row of the table of all kinds.
    private struct Entry: Sendable {
        var name: String
        var versions: ClosedRange<Int16>
        var flexibleSince: Int16

        static let table: [Entry?] = {
            var table = [Entry?](repeating: nil, count: 57)
            let rows: [(APIKey, String, ClosedRange<Int16>, Int16)] = [
                (.produce, "Produce", 0...9, 9),
                (.fetch, "Fetch", 0...12, 12),
                (.listOffsets, "ListOffsets", 0...6, 6),
                (.metadata, "Metadata", 0...11, 9),
                (.leaderAndIsr, "LeaderAndIsr", 5...5, 4),
                (.stopReplica, "StopReplica", 3...3, 2),
                (.updateMetadata, "UpdateMetadata", 7...7, 6),
                (.controlledShutdown, "ControlledShutdown", 3...3, 3),
                (.offsetCommit, "OffsetCommit", 0...8, 8),
                (.offsetFetch, "OffsetFetch", 0...7, 6),
                (.findCoordinator, "FindCoordinator", 0...3, 3),
                (.joinGroup, "JoinGroup", 0...7, 6),
                (.heartbeat, "Heartbeat", 0...4, 4),
                (.leaveGroup, "LeaveGroup", 0...4, 4),
                (.syncGroup, "SyncGroup", 0...5, 4),
                (.describeGroups, "DescribeGroups", 0...5, 5),
                (.listGroups, "ListGroups", 0...4, 3),
                (.apiVersions, "ApiVersions", 0...3, 3),
                (.createTopics, "CreateTopics", 0...7, 5),
                (.deleteTopics, "DeleteTopics", 0...6, 4),
                (.initProducerId, "InitProducerId", 0...4, 2),
                (.offsetForLeaderEpoch, "OffsetForLeaderEpoch", 0...4, 4),
                (.describeConfigs, "DescribeConfigs", 0...4, 4),
                (.createPartitions, "CreatePartitions", 0...3, 2),
                (.deleteGroups, "DeleteGroups", 0...2, 2),
                (.electLeaders, "ElectLeaders", 0...2, 2),
                (.alterPartition, "AlterPartition", 0...0, 0),
            ]
            for (key, name, versions, flexibleSince) in rows {
                table[Int(key.rawValue)] = Entry(name: name, versions: versions, flexibleSince: flexibleSince)
            }
            return table
        }()
    }
}
