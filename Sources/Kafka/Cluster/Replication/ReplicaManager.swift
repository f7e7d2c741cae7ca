// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
import KafkaProtocol

/// All partitions that a broker hosts: their roles, the requests that wait on them, and the fetchers of its followers.
///
/// Log operations are effects; the shell performs them in order and delivers their events before any other.
package struct ReplicaManager: Hashable, Sendable {
    /// A partition and who waits on it.
    struct Hosted: Hashable, Sendable {
        var partition: Partition
        var settings: TopicSettings
        /// Whether the topic's own settings are known; before that nothing is promised about replicas.
        var isConfigured = false
        /// Appends that wait for the high watermark, by ascending offset.
        var acks: [WaitingAck] = []
        /// Consumers' fetches that wait for records.
        var readers: [UInt64] = []
        /// As a follower: not to be asked for before, after an error.
        var fetchAfter = Instant.zero
        /// As a follower: what the leader told last, which the log may not have reached.
        var leadersHighWatermark: Int64 = 0
    }

    let settings: BrokerSettings
    var me: Int32 { self.settings.id }
    var hosted: [TopicPartition: Hosted] = [:]
    /// The keys of `hosted`, sorted: a dictionary's order differs from run to run.
    private(set) var order: [TopicPartition] = []
    var controllerEpoch: Int32 = -1
    /// High watermarks of the checkpoint for logs that are not open yet.
    var checkpointed: [TopicPartition: Int64] = [:]

    // Requests that wait.
    var nextNumber: UInt64 = 1
    var produces: [UInt64: PendingProduce] = [:]
    var fetches: [UInt64: PendingFetch] = [:]
    /// The waiting fetch of each follower.
    var followerFetches: [Int32: UInt64] = [:]
    var deadlines = DeadlineQueue()
    var purgatoryTimer = Instant.distantFuture
    var produceTimer = Instant.distantFuture
    /// Coordinators' writes that are committed or refused, to be collected by the owner after each event.
    package var settledWrites: [SettledWrite] = []

    // As a leader.
    /// Whether in-sync changes wait to be proposed to the controller.
    var hasProposals = false
    /// The number of the proposal under way, 0 for none.
    var proposalUnderWay: UInt64 = 0

    // As a follower.
    var fetchers: [Int32: Fetcher] = [:]
    /// The brokers that are alive.
    var addresses: [Int32: BrokerRegistration] = [:]
    /// Whether this broker hands everything over: it follows nobody any more.
    var isStopping = false

    package init(settings: BrokerSettings) {
        self.settings = settings
    }

    /// The hosted partitions, sorted.
    package var partitions: [Partition] { self.order.compactMap { self.hosted[$0]?.partition } }

    package func partition(_ id: TopicPartition) -> Partition? { self.hosted[id]?.partition }

    mutating func takeNumber() -> UInt64 {
        defer { self.nextNumber += 1 }
        return self.nextNumber
    }

    // MARK: - Hosting

    /// Takes over what is on the disk at the start.
    package mutating func started(logs: [TopicPartition: LogState], highWatermarks: [TopicPartition: Int64]) {
        self.checkpointed = highWatermarks
        for id in logs.keys.sorted() {
            guard let log = logs[id] else { continue }
            let partition = Partition(id: id, log: log, highWatermark: highWatermarks[id] ?? 0)
            self.hosted[id] = Hosted(partition: partition, settings: self.settings.topic)
            self.order.append(id)
        }
    }

    /// Hosts a partition from now on; opens its log.
    mutating func host(_ id: TopicPartition, settings known: TopicSettings?, _ effects: inout [BrokerEffect]) {
        guard self.hosted[id] == nil else { return }
        let settings = known ?? self.settings.topic
        let partition = Partition(id: id, log: nil, highWatermark: self.checkpointed[id] ?? 0)
        self.hosted[id] = Hosted(partition: partition, settings: settings, isConfigured: known != nil)
        let index = self.order.firstIndex { id < $0 } ?? self.order.endIndex
        self.order.insert(id, at: index)
        effects.append(.log(.open(id, settings)))
    }

    /// A topic's settings changed, or are known now.
    package mutating func configure(topic: String, _ settings: TopicSettings, _ effects: inout [BrokerEffect]) {
        for id in self.order where id.topic == topic {
            self.hosted[id]?.isConfigured = true
            guard self.hosted[id]?.settings != settings else { continue }
            self.hosted[id]?.settings = settings
            effects.append(.log(.configure(id, settings)))
        }
    }

    /// Whether a partition is led here whose topic's settings are not known yet.
    package func isAwaitingSettings(_ id: TopicPartition) -> Bool {
        guard let hosted = self.hosted[id] else { return false }
        return hosted.partition.isLeader && !hosted.isConfigured
    }

    /// The high watermarks for the checkpoint file.
    package var highWatermarks: [TopicPartition: Int64] {
        self.hosted.mapValues(\.partition.highWatermark)
    }

    /// Stops a partition, and removes its log if it is to be deleted.
    package mutating func stopReplica(_ id: TopicPartition, delete: Bool, now: Instant, _ effects: inout [BrokerEffect])
    {
        guard self.hosted[id] != nil else { return }
        self.hosted[id]?.partition.stop()
        self.failWaiters(of: id, now: now, &effects)
        if delete {
            self.hosted[id] = nil
            self.checkpointed[id] = nil
            self.order.removeAll { $0 == id }
            effects.append(.log(.delete(id)))
        }
    }

    // MARK: - Waiting

    /// Sees to it that the timer fires at the earliest deadline.
    mutating func schedulePurgatory(_ effects: inout [BrokerEffect]) {
        guard let earliest = self.deadlines.earliest, earliest < self.purgatoryTimer else { return }
        self.purgatoryTimer = earliest
        effects.append(.setTimer(.purgatory, at: earliest))
    }

    /// Ends what waited too long.
    package mutating func purgatoryTimerFired(now: Instant, _ effects: inout [BrokerEffect]) {
        self.purgatoryTimer = .distantFuture
        while let number = self.deadlines.takeDue(now: now) {
            self.fetches[number]?.isDue = true
            self.completeFetch(number, now: now, &effects)
        }
        self.schedulePurgatory(&effects)
    }

    /// Answers everybody who waits on a partition that is no longer led here.
    mutating func failWaiters(of id: TopicPartition, now: Instant, _ effects: inout [BrokerEffect]) {
        guard let hosted = self.hosted[id] else { return }
        self.hosted[id]?.acks.removeAll()
        for ack in hosted.acks {
            self.settle(ack.waiter, error: .notLeaderOrFollower, &effects)
        }
        for number in hosted.readers {
            self.fetches[number]?.isDue = true
            self.completeFetch(number, now: now, &effects)
        }
        self.hosted[id]?.readers.removeAll()
        for replica in hosted.partition.replicas {
            guard let number = self.followerFetches[replica] else { continue }
            self.fetches[number]?.isDue = true
            self.completeFetch(number, now: now, &effects)
        }
    }

    /// Requests of a connection that is gone need no answer; appends stay.
    package mutating func connectionClosed(_ connection: UInt64) {
        for (number, fetch) in self.fetches where fetch.id.connection == connection {
            self.removeFetch(number)
        }
        for (number, produce) in self.produces where produce.id.connection == connection {
            self.produces[number] = nil
        }
    }
}
