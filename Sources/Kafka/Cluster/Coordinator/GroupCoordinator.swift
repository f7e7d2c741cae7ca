// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import KafkaProtocol
package import NIOCore

/// The coordinator of the groups whose partition of `__consumer_offsets` this broker leads.
///
/// What a group has stored changes only by records that are committed (``OffsetsStore``); who joins, waits and beats is
/// soft state, and dies with the leadership.
package struct GroupCoordinator: StateMachine, Hashable, Sendable {
    /// The settings; names and defaults are Kafka's.
    package struct Settings: Hashable, Sendable {
        /// `offsets.topic.num.partitions`.
        package var partitionCount: Int32 = 50
        /// `group.initial.rebalance.delay.ms`.
        package var initialRebalanceDelay = Duration.seconds(3)
        /// `group.min.session.timeout.ms`.
        package var sessionTimeoutMin = Duration.seconds(6)
        /// `group.max.session.timeout.ms`.
        package var sessionTimeoutMax = Duration.seconds(1800)
        /// `offset.metadata.max.bytes`.
        package var offsetMetadataBytesMax = 4096
        /// The wall clock at ``Instant/zero``, in ms since 1970: records carry times of day.
        package var wallClockOriginMs: Int64 = 0

        /// Kafka's defaults.
        package init() {}
    }

    /// What can happen to a coordinator.
    package enum Event: Sendable {
        /// A request about groups: JoinGroup, SyncGroup, Heartbeat, LeaveGroup, OffsetCommit, OffsetFetch,
        /// DescribeGroups, ListGroups or DeleteGroups.
        case request(IncomingRequest)
        /// The broker leads a partition of `__consumer_offsets` now.
        case gained(Int32)
        /// It does not any more.
        case lost(Int32)
        /// All that a gained partition holds.
        case loaded(Int32, [ByteBuffer])
        /// An append is committed (`.none`), or will not be.
        case settled(UInt64, ErrorCode)
        /// The time that was asked for has come.
        case timer
    }

    /// What a coordinator asks of its broker.
    package enum Effect: Hashable, Sendable {
        /// Answers a request.
        case reply(RequestID, KafkaResponse)
        /// Appends records with acks=all; ``Event/settled(_:_:)`` tells what became of them.
        case append(UInt64, partition: Int32, records: ByteBuffer)
        /// Reads a partition from its start to its end.
        case load(Int32)
        /// Asks for ``Event/timer``; replaces the time asked for before.
        case setTimer(at: Instant)
    }

    /// A partition that is led.
    enum Shard: Hashable, Sendable {
        case loading
        case active(ActiveShard)
    }

    /// A partition whose groups are known.
    struct ActiveShard: Hashable, Sendable {
        var store = OffsetsStore()
        var groups: [String: Group] = [:]
    }

    /// An append on its way.
    struct Write: Hashable, Sendable {
        enum Purpose: Hashable, Sendable {
            case assignments(generation: Int32)
            case emptyGroup
            case offsets(RequestID, OffsetCommitResponse)
            case deletion(RequestID)
        }

        var partition: Int32
        var group: String
        var records: [OffsetsRecord]
        var purpose: Purpose
    }

    /// A DeleteGroups request of which not all groups are settled.
    struct Deletion: Hashable, Sendable {
        var results: [DeleteGroupsResponse.DeletableGroupResult]
        var openCount: Int
    }

    let settings: Settings
    var shards: [Int32: Shard] = [:]
    var writes: [UInt64: Write] = [:]
    var deletions: [RequestID: Deletion] = [:]
    private var lastWrite: UInt64 = 0
    private var generator: SeededGenerator
    private var timerAt: Instant?

    /// A coordinator that leads nothing; `seed` is what its member ids follow from.
    package init(settings: Settings, seed: UInt64) {
        self.settings = settings
        self.generator = SeededGenerator(seed: seed).split("group coordinator")
    }

    /// The partition of `__consumer_offsets` that a group belongs to: Java's hash of its name, modulo the partitions.
    package static func partition(of group: String, count: Int32) -> Int32 {
        var hash: Int32 = 0
        for unit in group.utf16 { hash = hash &* 31 &+ Int32(unit) }
        return (hash == .min ? 0 : abs(hash)) % max(1, count)
    }

    /// The stored state of a partition, for checks; nil unless it is led and loaded.
    package func store(of partition: Int32) -> OffsetsStore? {
        guard case .active(let shard) = self.shards[partition] else { return nil }
        return shard.store
    }

    package mutating func handle(_ event: Event, now: Instant) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .request(let request): self.take(request, now: now, &effects)
        case .gained(let partition):
            self.shards[partition] = .loading
            effects.append(.load(partition))
        case .lost(let partition): self.resign(partition, &effects)
        case .loaded(let partition, let batches): self.load(partition, batches, now: now)
        case .settled(let number, let error): self.settle(number, error, now: now, &effects)
        case .timer:
            self.timerAt = nil
            self.expire(now: now, &effects)
        }
        self.schedule(&effects)
        return effects
    }

    private mutating func take(_ request: IncomingRequest, now: Instant, _ effects: inout [Effect]) {
        switch request.body {
        case .joinGroup(let body): self.join(request, body, now: now, &effects)
        case .syncGroup(let body): self.sync(request, body, now: now, &effects)
        case .heartbeat(let body): self.heartbeat(request, body, now: now, &effects)
        case .leaveGroup(let body): self.leave(request, body, now: now, &effects)
        case .offsetCommit(let body): self.commit(request, body, now: now, &effects)
        case .offsetFetch(let body): self.fetchOffsets(request, body, &effects)
        case .describeGroups(let body): self.describe(request, body, &effects)
        case .listGroups(let body): self.list(request, body, &effects)
        case .deleteGroups(let body): self.delete(request, body, now: now, &effects)
        default: invariant(false, "\(request.body) is not a request about groups")
        }
    }

    // MARK: - Shards and groups

    func partition(of group: String) -> Int32 {
        Self.partition(of: group, count: self.settings.partitionCount)
    }

    /// Why the group can't be served here now; `.none` when it can.
    func refusal(for group: String) -> ErrorCode {
        switch self.shards[self.partition(of: group)] {
        case .none: .notCoordinator
        case .loading: .coordinatorLoadInProgress
        case .active: .none
        }
    }

    func group(_ id: String) -> Group? {
        guard case .active(let shard) = self.shards[self.partition(of: id)] else { return nil }
        return shard.groups[id]
    }

    /// Puts a group back after a change; one that nothing is known of any more is dropped.
    mutating func put(_ group: Group) {
        let partition = self.partition(of: group.id)
        guard case .active(var shard) = self.shards[partition] else { return }
        self.shards[partition] = .loading  // no copy of what is changed
        let isBlank = group.state == .empty && group.generation == 0 && group.pendingMembers.isEmpty
        shard.groups[group.id] = isBlank && shard.store.groups[group.id] == nil ? nil : group
        self.shards[partition] = .active(shard)
    }

    mutating func makeID(prefix: String) -> String {
        "\(prefix)-\(Self.uuid(self.generator.next(), self.generator.next()))"
    }

    private static func uuid(_ high: UInt64, _ low: UInt64) -> String {
        let digits = [high, low].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }.joined()
        var parts: [Substring] = []
        var rest = digits[...]
        for count in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        return parts.joined(separator: "-")
    }

    func wallClockMs(_ now: Instant) -> Int64 {
        self.settings.wallClockOriginMs + now.nanoseconds / 1_000_000
    }

    // MARK: - Writes and time

    /// Asks for records to be appended; what follows waits for ``settle(_:_:now:_:)``.
    mutating func append(_ write: Write, now: Instant, _ effects: inout [Effect]) {
        var builder = RecordBatchBuilder(baseTimestamp: self.wallClockMs(now))
        for record in write.records { builder.append(key: record.key, value: record.value) }
        self.lastWrite += 1
        self.writes[self.lastWrite] = write
        effects.append(.append(self.lastWrite, partition: write.partition, records: builder.build()))
    }

    private mutating func schedule(_ effects: inout [Effect]) {
        var earliest = self.timerAt ?? .distantFuture
        for shard in self.shards.values {
            guard case .active(let active) = shard else { continue }
            for group in active.groups.values {
                if let wakeUp = group.wakeUp { earliest = min(earliest, wakeUp) }
            }
        }
        guard earliest < self.timerAt ?? .distantFuture else { return }
        self.timerAt = earliest
        effects.append(.setTimer(at: earliest))
    }

    private mutating func expire(now: Instant, _ effects: inout [Effect]) {
        for partition in self.shards.keys.sorted() {
            guard case .active(let shard) = self.shards[partition] else { continue }
            for id in shard.groups.keys.sorted() {
                guard let group = shard.groups[id], let wakeUp = group.wakeUp, wakeUp <= now else { continue }
                self.expireMembers(of: group, now: now, &effects)
            }
        }
    }
}
