// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import KafkaProtocol
import KafkaStore

/// Faults, and their end.
extension KafkaSimulation {
    mutating func scheduleFault(after milliseconds: Int? = nil) {
        let wait = milliseconds ?? Int.random(in: 30...450, using: &self.faults)
        self.schedule(.fault, at: self.now + .milliseconds(wait))
    }

    /// Does something bad.
    mutating func strike() throws {
        guard !self.isHealed else { return }
        self.scheduleFault()
        self.notePowerRegained()
        let one = self.ids[Int.random(in: 0..<3, using: &self.faults)]
        let other = self.ids[Int.random(in: 0..<3, using: &self.faults)]
        let kind = Int.random(in: 0..<100, using: &self.faults)
        if self.powerless != nil {
            if one != other { self.breakConnection(one, other) }
            return
        }
        guard self.brokers[one]?.machine != nil else { return }
        switch kind {
        case 0..<18: try self.takeDown(one, .killed)
        case 18..<24:
            try self.takeDown(one, .killed)
            try self.takeDown(other, .killed)
        case 24..<42:
            if self.bearsPowerFailure { try self.takeDown(one, .powerless) }
        case 42..<54: try self.handle(.stop, at: one, life: self.brokers[one]?.life ?? 0)
        case 54..<58:
            if one != other { self.breakConnection(one, other) }
        case 58..<78:
            guard one != other else { return }
            self.count("partition")
            self.breakConnection(one, other)
            self.network.partition(one, other)
            let milliseconds = Int.random(in: 300...2000, using: &self.faults)
            self.schedule(.unpartition(one, other), at: self.now + .milliseconds(milliseconds))
        case 78..<90:
            guard let life = self.brokers[one]?.life, self.brokers[one]?.isPaused == false else { return }
            self.count("sessionBreak")
            try self.unlink(one)
            let milliseconds = Int.random(in: 20...2000, using: &self.faults)
            self.schedule(.link(one, life: life), at: self.now + .milliseconds(milliseconds))
        default: self.pause(one)
        }
    }

    mutating func count(_ fault: String) {
        self.timeline.reached(fault)
    }

    // MARK: - Down and up

    mutating func takeDown(_ id: Int32, _ absence: SimulatedBroker.Absence) throws {
        guard let broker = self.brokers[id], broker.machine != nil else { return }
        self.count("crash")
        self.log?("\(self.now) broker \(id) is \(absence)")
        self.vanish(id, absence)
        self.fallSilent(id)
        if absence == .powerless {
            self.powerless = id
            self.count("powerFailure")
            broker.disk.crash(using: &self.faults)
        }
        let milliseconds = Int.random(in: 20...1500, using: &self.faults)
        self.schedule(.restart(id), at: self.now + .milliseconds(milliseconds))
    }

    private mutating func vanish(_ id: Int32, _ absence: SimulatedBroker.Absence) {
        guard var broker = self.brokers[id] else { return }
        broker.machine = nil
        broker.store = nil
        broker.absence = absence
        broker.process.renew()
        broker.linkEpoch += 1
        broker.isLinked = false
        broker.isServing = false
        broker.asked = []
        self.brokers[id] = broker
        for number in self.calls.keys.sorted() where self.calls[number]?.from == id { self.calls[number] = nil }
        self.failCalls { $0.to == id }
        for peer in self.ids where peer != id { self.breakConnection(id, peer) }
    }

    /// A broker has handed over and ends.
    mutating func stopped(_ id: Int32) throws {
        try self.brokers[id]?.store?.close()
        self.count("stop")
        self.vanish(id, .stopped)
        self.brokers[id]?.session = 0
        let milliseconds = Int.random(in: 20...600, using: &self.faults)
        self.schedule(.restart(id), at: self.now + .milliseconds(milliseconds))
    }

    mutating func boot(_ id: Int32) throws {
        guard var broker = self.brokers[id], broker.machine == nil else { return }
        broker.process.renew()
        broker.absence = nil
        broker.session = 0
        broker.missed = []
        broker.machine = Broker(settings: broker.settings)
        let store = try LogStore(
            storage: broker.disk,
            topicDefaults: broker.settings.topic,
            nowMs: { 1_700_000_000_000 }
        )
        broker.store = store
        self.brokers[id] = broker
        let started = BrokerEvent.started(logs: store.states, highWatermarks: try store.highWatermarks())
        try self.handle(started, at: id, life: broker.life)
        self.schedule(.link(id, life: broker.life), at: self.now + self.delay(500, 8000))
    }

    private mutating func pause(_ id: Int32) {
        guard self.brokers[id]?.isPaused == false else { return }
        self.count("pause")
        self.brokers[id]?.process.pause()
        self.fallSilent(id)
        let milliseconds = Int.random(in: 20...1800, using: &self.faults)
        self.schedule(.wake(id), at: self.now + .milliseconds(milliseconds))
    }

    mutating func wake(_ id: Int32) {
        guard let broker = self.brokers[id], broker.isPaused else { return }
        for event in self.brokers[id]?.process.wake() ?? [] {
            self.schedule(.broker(id, life: broker.life, event), at: self.now)
        }
        guard broker.isLinked else { return }
        if self.zookeeper.sessions.contains(broker.session) {
            self.brokers[id]?.silence += 1
        } else {
            // It finds out when it hears of ZooKeeper again; its link breaks on the way.
            self.brokers[id]?.isLinked = false
            self.brokers[id]?.linkEpoch += 1
            self.brokers[id]?.asked = []
            self.schedule(.link(id, life: broker.life), at: self.now + self.delay(500, 8000))
        }
    }

    /// The system writes a disk's dirty pages, as it does now and then.
    mutating func flushOne() throws {
        let id = self.ids[Int.random(in: 0..<3, using: &self.faults)]
        if self.brokers[id]?.isPaused == false { try self.brokers[id]?.store?.flush() }
        let milliseconds = Int.random(in: 100...700, using: &self.faults)
        self.schedule(.flush, at: self.now + .milliseconds(milliseconds))
    }

    // MARK: - Power

    /// Whether one replica's memory can be lost: the others are there, in sync, and have everything.
    private var bearsPowerFailure: Bool {
        let allThere = self.ids.allSatisfy { id in
            guard let broker = self.brokers[id], let machine = broker.machine else { return false }
            return machine.isRegistered && broker.isLinked && !broker.isPaused
                && self.zookeeper.sessions.contains(broker.session)
                && self.partitions.allSatisfy {
                    (machine.replicas.partition($0)?.endOffset ?? 0) >= self.checker.committedCount(of: $0)
                }
        }
        return allThere && self.partitions.allSatisfy { self.state(of: $0)?.inSync.count == 3 }
    }

    /// What ZooKeeper holds of a partition.
    func state(of id: TopicPartition) -> PartitionState? {
        self.zookeeper.nodes[ZooKeeperPath.state(id)].flatMap { PartitionState(text: $0.data, stat: $0.stat) }
    }

    private mutating func notePowerRegained() {
        guard let id = self.powerless, self.brokers[id]?.machine?.isReady == true,
            self.partitions.allSatisfy({ self.state(of: $0)?.inSync.contains(id) == true })
        else { return }
        self.powerless = nil
    }

    // MARK: - The end

    /// From here on nothing bad happens any more.
    mutating func heal() throws {
        self.isHealed = true
        self.network.healAll()
        for id in self.ids {
            self.wake(id)
            try self.boot(id)
            if let life = self.brokers[id]?.life {
                self.schedule(.link(id, life: life), at: self.now + self.delay(500, 8000))
            }
        }
        for index in self.producers.indices { self.producers[index].ackedCount = 0 }
    }

    /// Whether every producer has written since, and all replicas are in sync and hold the same.
    func isRecovered() throws -> Bool {
        guard self.producers.allSatisfy({ $0.ackedCount >= 3 }) else { return false }
        for id in self.partitions {
            guard let state = self.state(of: id), state.inSync.count == 3, state.leader >= 0 else { return false }
            let ends = Set(self.ids.map { self.brokers[$0]?.machine?.replicas.partition(id)?.endOffset ?? -1 })
            guard ends.count == 1 else { return false }
        }
        for id in self.ids {
            guard let store = self.brokers[id]?.store else { return false }
            try self.checker.checkEnd(id, store, partitions: self.partitions, self.fail)
        }
        return true
    }

    var stuck: String {
        let brokers = self.ids.map { id in
            guard let broker = self.brokers[id], let machine = broker.machine else { return "\(id) is down" }
            let ends = self.partitions.map { "\(machine.replicas.partition($0)?.endOffset ?? -1)" }
            return "\(id) ends at \(ends.joined(separator: "/"))\(machine.controller.isActive ? ", controller" : "")"
        }
        let states = self.partitions.map { id in
            self.state(of: id).map { "\(id): leader \($0.leader) epoch \($0.leaderEpoch) in sync \($0.inSync)" }
                ?? "\(id): -"
        }
        let acked = self.producers.map { "\($0.ackedCount)" }.joined(separator: "/")
        return "\((brokers + states).joined(separator: "; ")); acknowledged since: \(acked)"
    }
}
