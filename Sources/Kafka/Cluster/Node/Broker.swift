// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
import KafkaProtocol

/// A whole broker as a value: its session with ZooKeeper, its partitions, its part as controller, its coordinator.
///
/// The shell in production and the simulator drive it alike. Log operations are performed in order, and their events
/// are delivered before any other.
package struct Broker: StateMachine, Hashable, Sendable {
    package typealias Event = BrokerEvent
    package typealias Effect = BrokerEffect

    /// Where the broker stands with ZooKeeper.
    enum Registration: Hashable, Sendable {
        case disconnected
        /// Connected; makes folders and registers.
        case preparing
        /// An earlier session still owns the broker's node.
        case waiting
        case registered
    }

    /// How far the end has come.
    enum Shutdown: Hashable, Sendable {
        case none
        case asking(attempt: Int)
        case done
    }

    package let settings: BrokerSettings
    package internal(set) var replicas: ReplicaManager
    package internal(set) var controller: Controller
    package internal(set) var metadata = MetadataCache()
    package internal(set) var clusterID = ""
    package internal(set) var groups: GroupCoordinator
    var registration = Registration.disconnected
    var sessionID: Int64 = 0
    var brokerEpoch: Int64 = -1
    var isServing = false
    var shutdown = Shutdown.none
    /// How often the end had to wait for a controller to be elected.
    var electionsAwaited = 0

    // Readiness.
    var hasAllPartitions = false
    var hasAllMetadata = false
    package internal(set) var isReady = false

    // Topics.
    var topicConfigs: [String: [String: String]] = [:]
    /// Topics whose settings are watched.
    var watchedConfigs: Set<String> = []
    /// Topics that are being made because a client asked for them.
    var creating: Set<String> = []

    /// Produce requests for topics whose settings are not known yet, in order.
    var heldProduces: [IncomingRequest] = []

    // Producer ids.
    var producerIDs: Range<Int64> = 0..<0
    var producerIDWaiters: [RequestID] = []

    /// ListOffsets requests that wait for their logs.
    var lookups: [UInt64: PendingLookup] = [:]
    /// Requests to this broker itself.
    var localRequests: [UInt64: PeerToken] = [:]
    var nextLocal: UInt64 = 1

    package init(settings: BrokerSettings) {
        self.settings = settings
        self.replicas = ReplicaManager(settings: settings)
        self.controller = Controller(settings: settings)
        self.groups = GroupCoordinator(settings: GroupCoordinator.Settings(settings), seed: settings.seed)
    }

    var me: Int32 { self.settings.id }

    /// Whether the broker's registration in ZooKeeper stands, as far as it knows.
    package var isRegistered: Bool { self.registration == .registered }

    /// The connection that stands for this broker itself.
    static let localConnection: UInt64 = 0

    package mutating func handle(_ event: BrokerEvent, now: Instant) -> [BrokerEffect] {
        var effects: [BrokerEffect] = []
        self.dispatch(event, now: now, &effects)
        repeat {
            self.settleGroupWrites(now: now, &effects)
            self.propose(&effects)
            self.deliverLocally(&effects, now: now)
        } while !self.replicas.settledWrites.isEmpty
        return effects
    }

    private mutating func dispatch(_ event: BrokerEvent, now: Instant, _ effects: inout [BrokerEffect]) {
        switch event {
        case .started(let logs, let highWatermarks):
            self.replicas.started(logs: logs, highWatermarks: highWatermarks)
            effects.append(.setTimer(.lag, at: now + self.settings.replicaLagMax / 2))
            effects.append(.setTimer(.checkpoint, at: now + self.settings.checkpointInterval))
        case .request(let request):
            self.take(request, now: now, &effects)
        case .connectionClosed(let connection):
            self.replicas.connectionClosed(connection)
            self.heldProduces.removeAll { $0.id.connection == connection }
        case .peerReply(let broker, let token, let response):
            self.peerAnswered(broker, token, response, now: now, &effects)
        case .peerFailed(let broker, let token):
            self.peerFailed(broker, token, now: now, &effects)
        case .zookeeper(let event):
            self.zookeeper(event, now: now, &effects)
        case .log(let event):
            self.log(event, now: now, &effects)
        case .timer(let timer):
            self.fired(timer, now: now, &effects)
        case .stop:
            self.beginShutdown(now: now, &effects)
        }
    }

    private mutating func fired(_ timer: BrokerTimer, now: Instant, _ effects: inout [BrokerEffect]) {
        switch timer {
        case .purgatory: self.replicas.purgatoryTimerFired(now: now, &effects)
        case .produceTimeouts: self.replicas.produceTimerFired(now: now, &effects)
        case .lag: self.replicas.lagTimerFired(now: now, &effects)
        case .fetch(let leader): self.replicas.fetchTimerFired(from: leader, now: now, &effects)
        case .proposals: self.replicas.proposalTimerFired()
        case .channel(let broker): self.controller.channelTimerFired(broker, &effects)
        case .election: self.controller.electionTimerFired(&effects)
        case .rebalance: self.controller.rebalanceTimerFired(now: now, &effects)
        case .checkpoint:
            effects.append(.log(.checkpoint(self.replicas.highWatermarks)))
            effects.append(.setTimer(.checkpoint, at: now + self.settings.checkpointInterval))
        case .shutdown: self.askForShutdown(now: now, &effects)
        case .shutdownLimit: self.giveShutdownUp(now: now, &effects)
        case .zookeeper: self.retryZooKeeper(&effects)
        case .groups: self.groupEvent(.timer, now: now, &effects)
        }
    }

    // MARK: - Other brokers

    private mutating func peerAnswered(
        _ broker: Int32,
        _ token: PeerToken,
        _ response: KafkaResponse,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        switch (token, response) {
        case (.fetch(let number), .fetch(let response)):
            self.replicas.fetched(number, from: broker, response, now: now, &effects)
        case (.alterPartition(let number), .alterPartition(let response)):
            self.replicas.proposalsAnswered(number, response, now: now, &effects)
        case (.leaderAndIsr(let number), .leaderAndIsr(let response)):
            self.controller.channelAnswered(broker, number, error: response.errorCode, now: now, &effects)
        case (.updateMetadata(let number), .updateMetadata(let response)):
            self.controller.channelAnswered(broker, number, error: response.errorCode, now: now, &effects)
        case (.stopReplica(let number), .stopReplica(let response)):
            self.controller.channelAnswered(broker, number, error: response.errorCode, now: now, &effects)
        case (.controlledShutdown(let attempt), .controlledShutdown(let response)):
            self.shutdownAnswered(attempt, response, now: now, &effects)
        case (.fetch, _), (.alterPartition, _), (.leaderAndIsr, _), (.updateMetadata, _), (.stopReplica, _),
            (.controlledShutdown, _):
            self.peerFailed(broker, token, now: now, &effects)  // a peer that answers something else
        }
    }

    private mutating func peerFailed(
        _ broker: Int32,
        _ token: PeerToken,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        switch token {
        case .fetch(let number): self.replicas.fetchFailed(number, from: broker, now: now, &effects)
        case .alterPartition(let number): self.replicas.proposalsFailed(number, now: now, &effects)
        case .leaderAndIsr(let number), .updateMetadata(let number), .stopReplica(let number):
            self.controller.channelFailed(broker, number, now: now, &effects)
        case .controlledShutdown(let attempt): self.shutdownFailed(attempt, now: now, &effects)
        }
    }

    /// The controller, as far as this broker knows.
    var controllerAddress: BrokerRegistration? {
        let id = self.controller.knownController >= 0 ? self.controller.knownController : self.metadata.controllerID
        return id == self.me ? self.settings.registration : self.metadata.brokers[id]
    }

    /// Sends what leaders here want to change in their in-sync sets.
    private mutating func propose(_ effects: inout [BrokerEffect]) {
        guard self.replicas.hasProposals, self.registration == .registered, self.brokerEpoch >= 0,
            let controller = self.controllerAddress,
            let (number, request) = self.replicas.takeProposals(brokerEpoch: self.brokerEpoch)
        else { return }
        effects.append(.send(to: controller, .alterPartition(number), .alterPartition(request)))
    }

    /// Performs here what is addressed to this broker itself, until nothing of the kind is left.
    private mutating func deliverLocally(_ effects: inout [BrokerEffect], now: Instant) {
        var next = 0
        while next < effects.count {
            switch effects[next] {
            case .send(let peer, let token, let request) where peer.id == self.me:
                effects.remove(at: next)
                let number = self.nextLocal
                self.nextLocal += 1
                self.localRequests[number] = token
                let id = RequestID(connection: Self.localConnection, sequence: number)
                self.take(IncomingRequest(id: id, version: -1, body: request), now: now, &effects)
                self.propose(&effects)
            case .reply(let id, let response) where id.connection == Self.localConnection:
                effects.remove(at: next)
                guard let token = self.localRequests.removeValue(forKey: id.sequence) else { continue }
                self.peerAnswered(self.me, token, response, now: now, &effects)
                self.propose(&effects)
            default:
                next += 1
            }
        }
    }
}
