// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import KafkaProtocol
import KafkaStore
import NIOCore

/// Three brokers in a world of faults: the production machine and the production log, in virtual time, with ZooKeeper as
/// its clients may rely on it.
///
/// First connections break, brokers are killed, lose their power, are stopped and paused, and sessions expire, while
/// producers write with acks=all; after each event nothing may contradict what is committed. Then all is healed, and
/// everything has to work again soon.
public struct KafkaSimulation: FaultySimulation {
    /// How long faults go on.
    static let faultyTime = Duration.seconds(6)
    /// How soon after healing every producer must have written and all replicas must agree.
    static let healingMax = Duration.seconds(20)
    static let recoveryInterval = 32
    static let healing = KafkaSimulationEvent.heal
    static let sessionTimeout = Duration.milliseconds(900)
    static let topic = "t"

    let ids: [Int32] = [0, 1, 2]
    let partitions: [TopicPartition] = [TopicPartition(Self.topic, 0), TopicPartition(Self.topic, 1)]
    let seed: UInt64
    var timeline = Timeline<KafkaSimulationEvent>()
    var network: SimulatedNetwork<Int32>
    var brokers: [Int32: SimulatedBroker] = [:]  // looked up, never iterated
    var zookeeper = ModelZooKeeper()
    var calls: [UInt64: PeerCall] = [:]
    var nextCall: UInt64 = 1
    var producers: [SimulatedProducer] = []
    var checker = ReplicationChecker()
    var faults: SeededGenerator
    var delays: SeededGenerator
    var load: SeededGenerator
    var isHealed = false
    /// The broker that lost its power and is not in sync with everything again; nothing worse happens meanwhile, since
    /// two of three replicas that lose their memory are more than replication can bear.
    var powerless: Int32?
    private(set) var log: ((String) -> Void)?

    /// Runs one seed from its beginning to its end.
    /// - Parameters:
    ///   - defect: the name of a bug to plant, one of ``defects``.
    ///   - log: is given a line for everything that happens to a broker.
    public static func run(seed: UInt64, defect: String? = nil, log: ((String) -> Void)? = nil) -> SimulationReport {
        var simulation = KafkaSimulation(seed: seed, defect: defect.flatMap(BrokerDefect.init(rawValue:)))
        simulation.log = log
        return simulation.play()
    }

    /// The bugs that can be planted.
    public static var defects: [String] { BrokerDefect.allCases.map(\.rawValue) }

    init(seed: UInt64, defect: BrokerDefect?) {
        self.seed = seed
        let generator = SeededGenerator(seed: seed)
        self.network = SimulatedNetwork(generator: generator.split("network"))
        self.faults = generator.split("faults")
        self.delays = generator.split("delays")
        self.load = generator.split("load")
        for id in self.ids {
            self.brokers[id] = SimulatedBroker(settings: Self.settings(id, seed: seed, defect: defect))
        }
        // Two a partition, so that logs that part hold different batches at the same offsets.
        for (index, partition) in (self.partitions + self.partitions).enumerated() {
            self.producers.append(SimulatedProducer(partition: partition, producerID: Int64(index)))
        }
    }

    /// Short times, so that what they bring about happens.
    private static func settings(_ id: Int32, seed: UInt64, defect: BrokerDefect?) -> BrokerSettings {
        var settings = BrokerSettings(id: id, host: "10.0.0.\(id)", port: 9093)
        settings.topic.minInSync = 2
        settings.topic.uncleanElection = false
        settings.replicaLagMax = .milliseconds(150)
        settings.replicaFetchWaitMax = .milliseconds(100)
        settings.rebalanceInterval = .seconds(3)
        settings.rebalanceAfterReturn = .milliseconds(400)
        settings.controlledShutdownBackoff = .milliseconds(100)
        settings.checkpointInterval = .milliseconds(700)
        settings.seed = seed
        settings.defect = defect
        return settings
    }

    mutating func begin() throws {
        self.makeTopic()
        for id in self.ids { try self.boot(id) }
        for index in self.producers.indices {
            self.schedule(.produce(index), at: self.now + .milliseconds(200))
        }
        self.scheduleFault(after: 600)
        self.schedule(.flush, at: self.now + .milliseconds(300))
    }

    private mutating func makeTopic() {
        let session = self.zookeeper.openSession()
        for path in ZooKeeperPath.persistent {
            _ = self.zookeeper.perform(.create(path: path, data: "", ephemeral: false), session: session)
        }
        let assignment = TopicAssignment(replicas: [[0, 1, 2], [1, 2, 0]])
        for request: ZooKeeperRequest in [
            .create(
                path: ZooKeeperPath.topicConfig(Self.topic),
                data: TopicConfigNode.text(["min.insync.replicas": "2"]),
                ephemeral: false
            ),
            .create(path: ZooKeeperPath.topic(Self.topic), data: assignment.text, ephemeral: false),
        ] {
            _ = self.zookeeper.perform(request, session: session)
        }
        _ = self.zookeeper.endSession(session)
    }

    mutating func happen(_ event: KafkaSimulationEvent) throws {
        switch event {
        case .broker(let id, let life, let event):
            try self.handle(event, at: id, life: life)
        case .timer(let id, let life, let timer, let number):
            guard let process = self.brokers[id]?.process, process.life == life, process.isDue(timer, number: number)
            else { return }
            try self.handle(.timer(timer), at: id, life: life)
        case .peerRequest(let call, let delivery): try self.arrive(call, delivery)
        case .peerReply(let call, let response, let delivery): try self.answer(call, response, delivery)
        case .zookeeperRequest(let id, let life, let epoch, let session, let request, let purpose):
            self.performZooKeeper(id, life, epoch, session, request, purpose)
        case .zookeeperReply(let id, let life, let epoch, let purpose, let reply):
            try self.zookeeperAnswered(id, life, epoch, purpose, reply)
        case .watchFired(let id, let life, let epoch, let session, let path):
            try self.watchFired(path, of: session, at: id, life: life, linkEpoch: epoch)
        case .link(let id, let life): try self.link(id, life: life)
        case .expire(let session, let id, let silence):
            // A session that was left behind ends in any case; the present one unless it was heard of since.
            guard self.brokers[id]?.session != session || self.brokers[id]?.silence == silence else { return }
            self.expire(session)
        case .produce(let index): self.produce(index)
        case .produceTimeout(let index, let attempt): self.produceTimedOut(index, attempt: attempt)
        case .produced(let index, let attempt, let response): try self.produced(index, attempt, response)
        case .restart(let id): try self.boot(id)
        case .wake(let id): self.wake(id)
        case .unpartition(let one, let other): self.network.heal(one, other)
        case .fault: try self.strike()
        case .flush: try self.flushOne()
        case .heal: try self.heal()
        }
    }

    /// Lets a machine take an event, performs what it asks for, and checks what holds afterwards.
    mutating func handle(_ event: BrokerEvent, at id: Int32, life: Int) throws {
        guard let broker = self.brokers[id], broker.life == life, broker.machine != nil else { return }
        if self.brokers[id]?.process.holds(event) == true { return }
        self.timeline.trace.record(UInt64(bitPattern: Int64(id)))
        let now = self.now
        self.log?("\(now) broker \(id): \(event)")
        var answers: [LogAnswer] = []
        guard let effects = self.brokers[id]?.machine?.handle(event, now: now) else { return }
        self.timeline.trace.record(UInt64(effects.count))
        for effect in effects { try self.perform(effect, at: id, &answers) }
        while !answers.isEmpty, self.brokers[id]?.life == life, self.brokers[id]?.machine != nil {
            let answer = answers.removeFirst()
            guard let effects = self.brokers[id]?.machine?.handle(.log(answer), now: now) else { return }
            for effect in effects { try self.perform(effect, at: id, &answers) }
        }
        if let machine = self.brokers[id]?.machine, let store = self.brokers[id]?.store {
            try self.checker.check(machine, store, zookeeper: self.zookeeper, partitions: self.partitions, self.fail)
        }
    }

    private mutating func perform(_ effect: BrokerEffect, at id: Int32, _ answers: inout [LogAnswer]) throws {
        guard let life = self.brokers[id]?.life else { return }
        switch effect {
        case .reply(let request, let response): self.reply(request, response, from: id)
        case .noReply, .closeConnection, .ready: break
        case .send(let peer, let token, let request): self.send(token, request, from: id, to: peer.id)
        case .zookeeper(let request, let purpose): self.askZooKeeper(request, purpose, from: id)
        case .closeSession: self.closeSession(of: id)
        case .log(let request): self.brokers[id]?.store?.perform(request) { answers.append($0) }
        case .setTimer(let timer, let instant):
            guard let number = self.brokers[id]?.process.set(timer) else { return }
            self.schedule(.timer(id, life: life, timer, number: number), at: max(instant, self.now))
        case .serve: self.brokers[id]?.isServing = true
        case .note(let text): self.log?("\(self.now) broker \(id) notes: \(text)")
        case .reached(let probe): self.timeline.reached(probe.rawValue)
        case .stopped: try self.stopped(id)
        }
    }

    func fail(_ kind: SimulationReport.Failure.Kind, _ because: String) -> SimulationReport.Failure {
        self.timeline.failure(kind, because)
    }

    /// A random time between two bounds, in microseconds.
    mutating func delay(_ least: Int, _ most: Int) -> Duration {
        .microseconds(Int.random(in: least...most, using: &self.delays))
    }
}
