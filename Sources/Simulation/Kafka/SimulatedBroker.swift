// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import KafkaStore

/// A broker in the simulation: the production machine over the production log, and what surrounds them.
struct SimulatedBroker {
    /// Why a broker is down.
    enum Absence: Hashable {
        /// Killed: what was written stays.
        case killed
        /// The power failed: what was not synced is lost or torn.
        case powerless
        /// Ended by itself.
        case stopped
    }

    let settings: BrokerSettings
    let disk = SimulatedDisk()
    /// Nil while the broker is down.
    var machine: Broker?
    var store: LogStore?
    var absence: Absence?
    var process = NodeProcess<BrokerEvent, BrokerTimer>()
    /// Whether it answers others: registered.
    var isServing = false

    // Its session.
    var session: Int64 = 0
    /// Whether the link to ZooKeeper is up.
    var isLinked = false
    /// Grows with each break, so that what was under way is lost.
    var linkEpoch = 0
    /// Requests without an answer, in order.
    var asked: [ZooKeeperPurpose] = []
    /// Watches that fired while the link was down.
    var missed: [String] = []
    var lastArrival = Instant.zero
    var lastReturn = Instant.zero
    /// Grows whenever the session is heard of again after a silence.
    var silence = 0

    var life: Int { self.process.life }
    var isPaused: Bool { self.process.isPaused }

    init(settings: BrokerSettings) {
        self.settings = settings
    }
}

/// A producer of one partition: one batch at a time, idempotent, acks=all, sent again until its outcome is known.
struct SimulatedProducer {
    var partition: TopicPartition
    var producerID: Int64
    var nextSequence: Int32 = 0
    /// The batch under way: its values and how often it was sent.
    var values: [String] = []
    var attempt = 0
    /// The broker it was sent to.
    var target: Int32 = -1
    var ackedCount = 0
}

/// A request from one broker to another that has no answer yet.
struct PeerCall {
    var from: Int32
    var life: Int
    var to: Int32
    var token: PeerToken
    var request: KafkaRequest
}

/// What can happen in the simulation.
enum KafkaSimulationEvent {
    case broker(Int32, life: Int, BrokerEvent)
    case timer(Int32, life: Int, BrokerTimer, number: Int)
    /// A request reaches another broker.
    case peerRequest(UInt64, SimulatedNetwork<Int32>.Delivery)
    /// Its answer comes back.
    case peerReply(UInt64, KafkaResponse, SimulatedNetwork<Int32>.Delivery)
    case zookeeperRequest(Int32, life: Int, linkEpoch: Int, session: Int64, ZooKeeperRequest, ZooKeeperPurpose)
    case zookeeperReply(Int32, life: Int, linkEpoch: Int, ZooKeeperPurpose, ZooKeeperReply)
    case watchFired(Int32, life: Int, linkEpoch: Int, session: Int64, String)
    /// The broker's session finds ZooKeeper (again).
    case link(Int32, life: Int)
    case expire(session: Int64, of: Int32, silence: Int)
    case produce(Int)
    case produceTimeout(Int, attempt: Int)
    case produced(Int, attempt: Int, KafkaResponse)
    case restart(Int32)
    case wake(Int32)
    case unpartition(Int32, Int32)
    case fault
    case flush
    case heal
}
