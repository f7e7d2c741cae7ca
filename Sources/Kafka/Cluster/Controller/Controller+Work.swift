// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
import KafkaProtocol

extension Controller {
    /// Adds work and begins it if nothing else is under way.
    package mutating func add(_ work: Work, now: Instant, _ effects: inout [BrokerEffect]) {
        guard self.phase == .active || self.phase == .loading else {
            if let reply = work.reply { effects.append(.reply(reply.id, reply.notController)) }
            return
        }
        self.waiting.append(work)
        self.workOn(now: now, &effects)
    }

    /// Takes up the next work until one must wait for ZooKeeper.
    mutating func workOn(now: Instant, _ effects: inout [BrokerEffect]) {
        while self.phase == .active, self.current == nil, !self.waiting.isEmpty {
            let work = self.waiting.removeFirst()
            guard var step = self.decide(work, now: now, &effects) else { continue }
            self.write(&step, &effects)
            self.current = step
            if step.openWrites.isEmpty { self.finish(now: now, &effects) }
        }
    }

    /// Writes a step's changes in multis, each of which checks that this is still the controller.
    private mutating func write(_ step: inout Step, _ effects: inout [BrokerEffect]) {
        var groups: [[ZooKeeperRequest.Write]] = []
        func add(_ writes: [ZooKeeperRequest.Write]) {
            if let last = groups.indices.last, groups[last].count + writes.count <= Limits.multiWritesMax {
                groups[last] += writes
            } else {
                groups.append(writes)
            }
        }
        for name in step.newTopics.keys.sorted() {
            guard let topic = step.newTopics[name] else { continue }
            let config = TopicConfigNode.text(topic.config)
            add([
                .create(path: ZooKeeperPath.topicConfig(name), data: config, ephemeral: false),
                .create(path: ZooKeeperPath.topic(name), data: topic.assignment.text, ephemeral: false),
            ])
        }
        for name in step.grownTopics.keys.sorted() {
            guard let assignment = step.grownTopics[name] else { continue }
            add([.set(path: ZooKeeperPath.topic(name), data: assignment.text, version: -1)])
        }
        var madeFolders: Set<String> = []
        for id in step.changes.keys.sorted() {
            guard var state = step.changes[id] else { continue }
            state.controllerEpoch = self.epoch
            if let old = self.states[id] {
                if self.settings.defect == .sameEpoch { state.leaderEpoch = old.leaderEpoch }
                state.partitionEpoch = old.partitionEpoch + 1
                add([.set(path: ZooKeeperPath.state(id), data: state.text, version: old.partitionEpoch)])
            } else {
                state.partitionEpoch = 0
                var writes: [ZooKeeperRequest.Write] = []
                if !madeFolders.contains(id.topic), !self.hasStates(id.topic) {
                    madeFolders.insert(id.topic)
                    writes.append(.create(path: ZooKeeperPath.partitions(id.topic), data: "", ephemeral: false))
                }
                writes.append(.create(path: ZooKeeperPath.partition(id), data: "", ephemeral: false))
                writes.append(.create(path: ZooKeeperPath.state(id), data: state.text, ephemeral: false))
                add(writes)
            }
            step.changes[id] = state
        }
        if !step.writes.isEmpty { add(step.writes) }
        for group in groups {
            let number = self.nextWrite
            self.nextWrite += 1
            step.openWrites.insert(number)
            let check = ZooKeeperRequest.Write.check(path: ZooKeeperPath.controllerEpoch, version: self.epochVersion)
            self.read(.multi([check] + group), .write(number), &effects)
        }
    }

    private func hasStates(_ topic: String) -> Bool {
        guard let count = self.topics[topic]?.assignment.replicas.count else { return false }
        return (0..<count).contains { self.states[TopicPartition(topic, Int32($0))] != nil }
    }

    /// A multi was answered.
    mutating func written(_ number: UInt64, _ reply: ZooKeeperReply, now: Instant, _ effects: inout [BrokerEffect]) {
        guard self.current?.openWrites.remove(number) != nil else { return }
        if case .failure(let failure) = reply { self.current?.failure = failure }
        guard self.current?.openWrites.isEmpty == true else { return }
        if let failure = self.current?.failure {
            // Another controller was elected, or the tree is not what was read: in both cases begin anew.
            effects.append(.reached(.fencedController))
            effects.append(.note("controller of epoch \(self.epoch): a write was refused (\(failure)); reading again"))
            self.resign(&effects)
            effects.append(.zookeeper(.get(path: ZooKeeperPath.controller, watch: true), .whoIsController))
            return
        }
        self.finish(now: now, &effects)
        self.workOn(now: now, &effects)
    }

    /// The changes are in ZooKeeper: they hold from now on, and the brokers are told.
    private mutating func finish(now: Instant, _ effects: inout [BrokerEffect]) {
        guard let step = self.current else { return }
        self.current = nil
        for (name, topic) in step.newTopics.sorted(by: { $0.key < $1.key }) {
            let settings = self.settings.topic.overridden(by: topic.config)
            self.topics[name] = Topic(assignment: topic.assignment, settings: settings)
            if !topic.withoutEffect.isEmpty {
                let text = topic.withoutEffect.joined(separator: " ")
                effects.append(.note("topic \(name): accepted, but without effect here: \(text)"))
            }
        }
        for (name, assignment) in step.grownTopics { self.topics[name]?.assignment = assignment }
        for id in step.changes.keys.sorted() {
            guard let state = step.changes[id] else { continue }
            if let before = self.states[id]?.inSync.count, before != state.inSync.count {
                effects.append(.reached(state.inSync.count < before ? .shrunk : .expanded))
            }
            self.states[id] = state
        }
        for name in step.removedTopics { self.drop(topic: name) }
        self.tell(step, now: now, &effects)
        guard let reply = step.reply else { return }
        if step.waitsForBrokers {
            self.addBarrier(reply, &effects)
        } else {
            effects.append(.reply(reply.id, reply.response))
        }
    }

    /// Forgets a topic that is gone.
    mutating func drop(topic name: String) {
        guard let topic = self.topics.removeValue(forKey: name) else { return }
        for index in topic.assignment.replicas.indices {
            self.states[TopicPartition(name, Int32(index))] = nil
            self.goneMetadata.insert(TopicPartition(name, Int32(index)))
        }
    }

    func replicas(of id: TopicPartition) -> [Int32] {
        guard let topic = self.topics[id.topic], topic.assignment.replicas.indices.contains(Int(id.partition)) else {
            return []
        }
        return topic.assignment.replicas[Int(id.partition)]
    }

    /// All partitions of all topics that are not being deleted, sorted.
    var allPartitions: [TopicPartition] {
        self.topics.keys.sorted().flatMap { name -> [TopicPartition] in
            guard let topic = self.topics[name], topic.deleting == nil else { return [] }
            return topic.assignment.replicas.indices.map { TopicPartition(name, Int32($0)) }
        }
    }
}
