// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import KafkaProtocol
package import NIOCore

/// A record of `__consumer_offsets`, in the formats that Kafka 2.8 writes and all that it reads.
package enum OffsetsRecord: Hashable, Sendable {
    /// A group's offset of a partition; nil removes it.
    case offset(group: String, TopicPartition, CommittedOffset?)
    /// A group's generation and members; nil removes the group.
    case group(String, GroupMetadata?)
}

/// An offset that a group committed.
package struct CommittedOffset: Hashable, Sendable {
    /// The next offset to consume.
    package var offset: Int64
    /// The leader epoch of the last record consumed; -1 for unknown.
    package var leaderEpoch: Int32
    /// What the client wants kept with it.
    package var metadata: String
    /// When it was committed, in ms since 1970.
    package var commitTimestamp: Int64

    /// An offset committed at that time.
    package init(offset: Int64, leaderEpoch: Int32, metadata: String, commitTimestamp: Int64) {
        self.offset = offset
        self.leaderEpoch = leaderEpoch
        self.metadata = metadata
        self.commitTimestamp = commitTimestamp
    }
}

/// A generation of a group as it is stored.
package struct GroupMetadata: Hashable, Sendable {
    /// A member as it is stored.
    package struct Member: Hashable, Sendable {
        /// The id that the coordinator gave it.
        package var id: String
        /// The id that a static member keeps over restarts.
        package var groupInstanceId: String?
        /// What it calls itself.
        package var clientId: String
        /// Where it connects from, such as `/127.0.0.1`.
        package var clientHost: String
        /// How long it has to join a rebalance.
        package var rebalanceTimeoutMs: Int32
        /// How long it may be silent.
        package var sessionTimeoutMs: Int32
        /// What it subscribes to, in the strategy's own format.
        package var subscription: ByteBuffer
        /// What it gets, in the strategy's own format.
        package var assignment: ByteBuffer
    }

    /// The kind of group, such as `consumer`.
    package var protocolType: String
    /// The generation's number.
    package var generation: Int32
    /// The assignment strategy; nil for an empty group.
    package var protocolName: String?
    /// The member that assigned; nil for an empty group.
    package var leader: String?
    /// When the group came into this state, in ms since 1970; -1 for unknown.
    package var stateTimestamp: Int64
    /// The members, in the order in which they came.
    package var members: [Member]

    /// A generation of these members.
    package init(
        protocolType: String,
        generation: Int32,
        protocolName: String?,
        leader: String?,
        stateTimestamp: Int64,
        members: [Member]
    ) {
        self.protocolType = protocolType
        self.generation = generation
        self.protocolName = protocolName
        self.leader = leader
        self.stateTimestamp = stateTimestamp
        self.members = members
    }
}

// MARK: - Coding

extension OffsetsRecord {
    /// The record's key.
    package var key: ByteBuffer {
        var key = ByteBuffer()
        switch self {
        case .offset(let group, let partition, _):
            key.writeInteger(1 as Int16)
            key.writeShortString(group)
            key.writeShortString(partition.topic)
            key.writeInteger(partition.partition)
        case .group(let group, _):
            key.writeInteger(2 as Int16)
            key.writeShortString(group)
        }
        return key
    }

    /// The record's value, or null for a removal.
    package var value: ByteBuffer? {
        switch self {
        case .offset(_, _, let offset): offset?.encoded
        case .group(_, let metadata): metadata?.encoded
        }
    }

    /// Decodes a record.
    /// - Returns: nil for a key of a version that is not known here, which readers skip.
    /// - Throws: `WireError` for one that is damaged.
    package init?(key: ByteBuffer, value: ByteBuffer?) throws(WireError) {
        var key = key
        switch try key.requireInteger(Int16.self) {
        case 0, 1:
            let group = try key.requireShortString()
            let topic = try key.requireShortString()
            let partition = TopicPartition(topic, try key.requireInteger(Int32.self))
            guard var value else {
                self = .offset(group: group, partition, nil)
                return
            }
            self = .offset(group: group, partition, try CommittedOffset(from: &value))
        case 2:
            let group = try key.requireShortString()
            guard var value else {
                self = .group(group, nil)
                return
            }
            self = .group(group, try GroupMetadata(from: &value))
        default:
            return nil
        }
    }
}

extension CommittedOffset {
    fileprivate var encoded: ByteBuffer {
        var value = ByteBuffer()
        value.writeInteger(3 as Int16)
        value.writeInteger(self.offset)
        value.writeInteger(self.leaderEpoch)
        value.writeShortString(self.metadata)
        value.writeInteger(self.commitTimestamp)
        return value
    }

    /// Versions 0–3; the time of expiry in version 1 is not kept.
    fileprivate init(from value: inout ByteBuffer) throws(WireError) {
        let version = try value.requireInteger(Int16.self)
        guard (0...3).contains(version) else {
            throw WireError(.unsupportedVersion, "a committed offset of version \(version)")
        }
        self.offset = try value.requireInteger(Int64.self)
        self.leaderEpoch = version >= 3 ? try value.requireInteger(Int32.self) : -1
        self.metadata = try value.requireShortString()
        self.commitTimestamp = try value.requireInteger(Int64.self)
    }
}

extension GroupMetadata {
    fileprivate var encoded: ByteBuffer {
        var value = ByteBuffer()
        value.writeInteger(3 as Int16)
        value.writeShortString(self.protocolType)
        value.writeInteger(self.generation)
        value.writeShortString(self.protocolName)
        value.writeShortString(self.leader)
        value.writeInteger(self.stateTimestamp)
        value.writeInteger(Int32(self.members.count))
        for member in self.members {
            value.writeShortString(member.id)
            value.writeShortString(member.groupInstanceId)
            value.writeShortString(member.clientId)
            value.writeShortString(member.clientHost)
            value.writeInteger(member.rebalanceTimeoutMs)
            value.writeInteger(member.sessionTimeoutMs)
            for bytes in [member.subscription, member.assignment] {
                value.writeInteger(Int32(bytes.readableBytes))
                value.writeImmutableBuffer(bytes)
            }
        }
        return value
    }

    /// Versions 0–3.
    fileprivate init(from value: inout ByteBuffer) throws(WireError) {
        let version = try value.requireInteger(Int16.self)
        guard (0...3).contains(version) else {
            throw WireError(.unsupportedVersion, "group metadata of version \(version)")
        }
        self.protocolType = try value.requireShortString()
        self.generation = try value.requireInteger(Int32.self)
        self.protocolName = try value.requireNullableShortString()
        self.leader = try value.requireNullableShortString()
        self.stateTimestamp = version >= 2 ? try value.requireInteger(Int64.self) : -1
        self.members = []
        for _ in 0..<max(0, try value.requireInteger(Int32.self)) {
            let id = try value.requireShortString()
            let instance = version >= 3 ? try value.requireNullableShortString() : nil
            let clientId = try value.requireShortString()
            let clientHost = try value.requireShortString()
            let rebalanceTimeout = version >= 1 ? try value.requireInteger(Int32.self) : nil
            let sessionTimeout = try value.requireInteger(Int32.self)
            self.members.append(
                Member(
                    id: id,
                    groupInstanceId: instance,
                    clientId: clientId,
                    clientHost: clientHost,
                    rebalanceTimeoutMs: rebalanceTimeout ?? sessionTimeout,
                    sessionTimeoutMs: sessionTimeout,
                    subscription: try value.requireBytes(),
                    assignment: try value.requireBytes()
                )
            )
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func writeShortString(_ text: String?) {
        guard let text else {
            self.writeInteger(-1 as Int16)
            return
        }
        // Longer texts were refused when the request came in: they would not have fitted there either.
        let bytes = text.utf8.prefix(Int(Int16.max))
        self.writeInteger(Int16(bytes.count))
        self.writeBytes(bytes)
    }

    fileprivate mutating func requireInteger<Integer: FixedWidthInteger>(
        _ type: Integer.Type
    ) throws(WireError) -> Integer {
        guard let value = self.readInteger(as: type) else {
            throw WireError(.truncated, "a record of __consumer_offsets ends early")
        }
        return value
    }

    fileprivate mutating func requireNullableShortString() throws(WireError) -> String? {
        let length = Int(try self.requireInteger(Int16.self))
        if length == -1 { return nil }
        guard length >= 0, length <= self.readableBytes, let text = self.readString(length: length) else {
            throw WireError(.badLength, "a string of \(length) bytes in a record of __consumer_offsets")
        }
        return text
    }

    fileprivate mutating func requireShortString() throws(WireError) -> String {
        try self.requireNullableShortString() ?? ""
    }

    fileprivate mutating func requireBytes() throws(WireError) -> ByteBuffer {
        let length = Int(try self.requireInteger(Int32.self))
        guard length >= 0, length <= self.readableBytes, let bytes = self.readSlice(length: length) else {
            throw WireError(.badLength, "\(length) bytes in a record of __consumer_offsets")
        }
        return bytes
    }
}
