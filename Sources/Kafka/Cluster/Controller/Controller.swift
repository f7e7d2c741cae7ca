// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
import KafkaProtocol

/// The controller of a cluster: watches brokers and topics in ZooKeeper, chooses leaders from the in-sync replicas and
/// tells the brokers. Every broker has one; at most one of them is active.
///
/// It works on one thing at a time: reads the context, decides new partition states, writes them in multis that check
/// the controller's epoch (KAFKA-6082), and only then applies them and tells the brokers. What comes in meanwhile waits.
package struct Controller: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        /// No session, or not registered.
        case idle
        /// Another broker is controller, or an election is under way.
        case following
        /// Elected; reads what is in ZooKeeper.
        case loading
        case active
    }

    /// A topic as ZooKeeper has it.
    struct Topic: Hashable, Sendable {
        var assignment: TopicAssignment
        var settings: TopicSettings
        /// Set while it is being deleted: replicas whose logs are not gone yet.
        var deleting: [Int32: [TopicPartition]]?
    }

    let settings: BrokerSettings
    var me: Int32 { self.settings.id }
    var phase = Phase.idle
    /// Grows whenever what was read becomes void.
    var generation: UInt64 = 0
    var epoch: Int32 = -1
    /// The version of `/controller_epoch` that every write checks.
    var epochVersion: Int32 = -1
    var sessionID: Int64 = 0
    /// Whom `/controller` names.
    package internal(set) var knownController: Int32 = -1

    // The context: only valid while loading and active.
    var brokers: [Int32: BrokerRegistration] = [:]
    /// Brokers that hand over before they end.
    var stopping: [Int32] = []
    var topics: [String: Topic] = [:]
    var states: [TopicPartition: PartitionState] = [:]
    /// The transaction that last wrote a state, as read at the beginning of an office.
    var stateWritten: [TopicPartition: Int64] = [:]
    var openReadsCount = 0
    /// Brokers of a reading under way.
    var brokersRead: [BrokerRegistration] = []
    var brokersOpenCount = 0
    var brokersRound: UInt64 = 0
    /// Brokers that went and came between two readings.
    var bounced: Set<Int32> = []
    /// Partitions whose end the brokers are still to be told.
    var goneMetadata: Set<TopicPartition> = []

    // Work.
    var waiting: [Work] = []
    var current: Step?
    var nextWrite: UInt64 = 1

    // What the brokers are told.
    var channels: [Int32: Channel] = [:]
    var nextRequest: UInt64 = 1
    var barriers: [Barrier] = []

    package init(settings: BrokerSettings) {
        self.settings = settings
    }

    package var isActive: Bool { self.phase == .active }

    /// Brokers that may lead.
    var eligible: Set<Int32> { Set(self.brokers.keys).subtracting(self.stopping) }

    /// Forgets everything, as when another broker became controller.
    mutating func resign(_ effects: inout [BrokerEffect]) {
        if self.phase == .active || self.phase == .loading {
            effects.append(.note("resigned as controller of epoch \(self.epoch)"))
        }
        self.phase = .following
        self.forget(&effects)
    }

    /// Drops the context; requests that wait are answered so that they are sent again.
    mutating func forget(_ effects: inout [BrokerEffect]) {
        self.generation += 1
        let abandoned = self.waiting.compactMap(\.reply) + [self.current?.reply].compactMap(\.self)
        let barred = self.barriers.map(\.reply)
        self.waiting = []
        self.current = nil
        self.channels = [:]
        self.barriers = []
        self.brokers = [:]
        self.stopping = []
        self.topics = [:]
        self.states = [:]
        self.stateWritten = [:]
        self.bounced = []
        self.goneMetadata = []
        self.openReadsCount = 0
        self.brokersOpenCount = 0
        self.brokersRead = []
        for reply in abandoned { effects.append(.reply(reply.id, reply.notController)) }
        for reply in barred { effects.append(.reply(reply.id, reply.response)) }
    }

    // MARK: - Election

    /// The broker is registered: find out who is controller.
    package mutating func registered(sessionID: Int64, _ effects: inout [BrokerEffect]) {
        self.sessionID = sessionID
        if self.phase == .idle { self.phase = .following }
        effects.append(.zookeeper(.get(path: ZooKeeperPath.controller, watch: true), .whoIsController))
    }

    /// The session ended, and with it the controller's node.
    package mutating func sessionLost(_ effects: inout [BrokerEffect]) {
        self.forget(&effects)
        self.phase = .idle
        self.knownController = -1
    }

    /// Connected again within the session: what was under way is void, so that it is read again.
    package mutating func reconnected(_ effects: inout [BrokerEffect]) {
        guard self.phase != .idle else { return }
        effects.append(.zookeeper(.get(path: ZooKeeperPath.controller, watch: true), .whoIsController))
    }

    /// `/controller` was read.
    package mutating func controllerNode(
        _ reply: ZooKeeperReply,
        otherBrokers: [Int32],
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard self.phase != .idle else { return }
        switch reply {
        case .data(let text, let stat):
            self.knownController = ControllerNode.id(text) ?? -1
            if stat.ephemeralOwner == self.sessionID, self.knownController == self.me {
                // Elected, even if the answer was lost.
                if self.phase == .following { self.reload(&effects) }
            } else {
                if self.phase != .following { self.resign(&effects) }
            }
        case .failure(.noNode):
            let previous = self.knownController
            self.knownController = -1
            if self.phase != .following { self.resign(&effects) }
            // The lowest living id goes first: a StatefulSet is rolled from the highest to the lowest, so that the
            // controller moves to the broker that is restarted last. The next controller of an earlier choice would
            // be met again and again.
            let rank = otherBrokers.filter { $0 < self.me && $0 != previous }.count
            effects.append(.setTimer(.election, at: now + Limits.electionStep * rank))
        case .failure(.connectionLoss):
            effects.append(.setTimer(.zookeeper, at: now + Limits.zookeeperBackoff))
        case .failure, .done, .stat, .children:
            break  // the session is gone, which is told apart
        }
    }

    /// Nobody of a lower rank was elected in the meantime: stand for election.
    package mutating func electionTimerFired(_ effects: inout [BrokerEffect]) {
        guard self.phase == .following, self.knownController < 0 else { return }
        effects.append(.zookeeper(.get(path: ZooKeeperPath.controllerEpoch, watch: false), .electionEpoch))
    }

    /// `/controller_epoch` was read: take the next number and the controller's node in one.
    package mutating func electionEpoch(
        _ reply: ZooKeeperReply,
        wallClockMs: Int64,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard self.phase == .following else { return }
        switch reply {
        case .data(let text, let stat):
            let next = (Int32(text) ?? 0) + 1
            let node = ControllerNode.text(id: self.me, timestampMs: wallClockMs)
            effects.append(
                .zookeeper(
                    .multi([
                        .set(path: ZooKeeperPath.controllerEpoch, data: String(next), version: stat.version),
                        .create(path: ZooKeeperPath.controller, data: node, ephemeral: true),
                    ]),
                    .elected(epoch: next, version: stat.version + 1)
                )
            )
        case .failure(.noNode):
            effects.append(
                .zookeeper(
                    .create(path: ZooKeeperPath.controllerEpoch, data: "0", ephemeral: false),
                    .makeElectionEpoch
                )
            )
        case .failure(.connectionLoss):
            effects.append(.setTimer(.zookeeper, at: now + Limits.zookeeperBackoff))
        case .failure, .done, .stat, .children:
            break
        }
    }

    /// The election's multi was answered.
    package mutating func elected(
        _ reply: ZooKeeperReply,
        epoch: Int32,
        version: Int32,
        _ effects: inout [BrokerEffect]
    ) {
        guard self.phase == .following else { return }
        if reply == .done {
            effects.append(.reached(.controllerElected))
            effects.append(.note("elected controller with epoch \(epoch)"))
            self.epoch = epoch
            self.epochVersion = version
            self.knownController = self.me
            self.load(&effects)
        }
        // In any case see whose the node is, and watch it.
        effects.append(.zookeeper(.get(path: ZooKeeperPath.controller, watch: true), .whoIsController))
    }

    /// This broker is controller, but does not know its epoch or what it read is void.
    mutating func reload(_ effects: inout [BrokerEffect]) {
        self.forget(&effects)
        self.phase = .loading
        self.openReadsCount = 1
        self.read(.get(path: ZooKeeperPath.controllerEpoch, watch: false), .ownEpoch, &effects)
    }

    mutating func read(_ request: ZooKeeperRequest, _ purpose: ControllerRead, _ effects: inout [BrokerEffect]) {
        effects.append(.zookeeper(request, .controller(self.generation, purpose)))
    }
}
