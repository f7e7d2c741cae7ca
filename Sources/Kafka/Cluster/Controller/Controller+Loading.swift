// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
import KafkaProtocol

extension Controller {
    /// Begins to read all that a controller must know.
    mutating func load(_ effects: inout [BrokerEffect]) {
        self.forget(&effects)
        self.phase = .loading
        self.openReadsCount = 3
        self.read(.children(path: ZooKeeperPath.brokerIDs, watch: true), .brokerIDs, &effects)
        self.read(.children(path: ZooKeeperPath.topics, watch: true), .topics, &effects)
        self.read(.children(path: ZooKeeperPath.deleteTopics, watch: true), .deletions, &effects)
    }

    /// A watch of the controller's fired: read again.
    package mutating func changed(path: String, _ effects: inout [BrokerEffect]) {
        if path == ZooKeeperPath.controller {
            if self.phase != .idle { effects.append(.zookeeper(.get(path: path, watch: true), .whoIsController)) }
            return
        }
        guard self.phase == .active || self.phase == .loading else { return }
        switch path {
        case ZooKeeperPath.brokerIDs:
            self.read(.children(path: path, watch: true), .brokerIDs, &effects)
        case ZooKeeperPath.topics:
            self.read(.children(path: path, watch: true), .topics, &effects)
        case ZooKeeperPath.deleteTopics:
            self.read(.children(path: path, watch: true), .deletions, &effects)
        default:
            let prefix = ZooKeeperPath.topics + "/"
            guard path.hasPrefix(prefix), !path.dropFirst(prefix.count).contains("/") else { return }
            self.read(.get(path: path, watch: true), .topic(ZooKeeperPath.name(path)), &effects)
            return
        }
        if self.phase == .loading { self.openReadsCount += 1 }
    }

    /// An answer to the controller.
    package mutating func answered(
        _ generation: UInt64,
        _ purpose: ControllerRead,
        _ reply: ZooKeeperReply,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard generation == self.generation, self.phase == .active || self.phase == .loading else { return }
        if case .failure(.connectionLoss) = reply {
            // Whether a write happened is unknown: read everything again when the connection is back.
            self.resign(&effects)
            effects.append(.setTimer(.zookeeper, at: now + Limits.zookeeperBackoff))
            return
        }
        switch purpose {
        case .ownEpoch:
            guard case .data(let text, let stat) = reply, let epoch = Int32(text) else { break }
            self.epoch = epoch
            self.epochVersion = stat.version
            self.load(&effects)
            return
        case .brokerIDs:
            self.brokersListed(reply, &effects)
        case .broker(let id, let round):
            self.brokerRead(id, round: round, reply, &effects)
        case .topics:
            self.topicsListed(reply, &effects)
        case .topic(let name):
            self.topicRead(name, reply, &effects)
        case .topicConfig(let name):
            if case .data(let text, _) = reply {
                self.topics[name]?.settings = self.settings.topic.overridden(by: TopicConfigNode.values(text))
            }
        case .state(let id):
            if case .data(let text, let stat) = reply {
                self.states[id] = PartitionState(text: text, stat: stat)
                self.stateWritten[id] = stat.mzxid
            }
        case .deletions:
            if case .children(let names) = reply {
                for name in names { self.waiting.append(.deletion(name)) }
            }
        case .write(let number):
            self.written(number, reply, now: now, &effects)
            return
        case .unmark:
            return
        }
        if self.phase == .loading {
            self.openReadsCount -= 1
            if self.openReadsCount == 0 { self.loaded(now: now, &effects) }
        } else {
            self.workOn(now: now, &effects)
        }
    }

    private mutating func readMore(
        _ request: ZooKeeperRequest,
        _ purpose: ControllerRead,
        _ effects: inout [BrokerEffect]
    ) {
        if self.phase == .loading { self.openReadsCount += 1 }
        self.read(request, purpose, &effects)
    }

    private mutating func brokersListed(_ reply: ZooKeeperReply, _ effects: inout [BrokerEffect]) {
        guard case .children(let names) = reply else { return }
        self.brokersRound += 1
        self.brokersRead = []
        let ids = names.compactMap { Int32($0) }
        self.brokersOpenCount = ids.count
        for id in ids {
            let purpose = ControllerRead.broker(id, round: self.brokersRound)
            self.readMore(.get(path: ZooKeeperPath.broker(id), watch: false), purpose, &effects)
        }
        if ids.isEmpty { self.waiting.append(.brokers([])) }
    }

    private mutating func brokerRead(
        _ id: Int32,
        round: UInt64,
        _ reply: ZooKeeperReply,
        _ effects: inout [BrokerEffect]
    ) {
        guard round == self.brokersRound else { return }
        if case .data(let text, let stat) = reply,
            let registration = BrokerRegistration(id: id, text: text, stat: stat)
        {
            self.brokersRead.append(registration)
        }
        self.brokersOpenCount -= 1
        if self.brokersOpenCount == 0 { self.waiting.append(.brokers(self.brokersRead)) }
    }

    private mutating func topicsListed(_ reply: ZooKeeperReply, _ effects: inout [BrokerEffect]) {
        guard case .children(let names) = reply else { return }
        for name in names where self.topics[name] == nil {
            self.readMore(.get(path: ZooKeeperPath.topic(name), watch: true), .topic(name), &effects)
        }
        let gone = Set(self.topics.keys).subtracting(names).sorted()
        if !gone.isEmpty { self.waiting.append(.topicsGone(gone)) }
    }

    private mutating func topicRead(_ name: String, _ reply: ZooKeeperReply, _ effects: inout [BrokerEffect]) {
        guard case .data(let text, _) = reply, let assignment = TopicAssignment(text: text) else { return }
        if self.phase == .loading {
            self.topics[name] = Topic(assignment: assignment, settings: self.settings.topic)
            self.readMore(.get(path: ZooKeeperPath.topicConfig(name), watch: false), .topicConfig(name), &effects)
            for index in assignment.replicas.indices {
                let id = TopicPartition(name, Int32(index))
                self.readMore(.get(path: ZooKeeperPath.state(id), watch: false), .state(id), &effects)
            }
        } else {
            if self.topics[name] == nil {
                self.read(.get(path: ZooKeeperPath.topicConfig(name), watch: false), .topicConfig(name), &effects)
            }
            self.waiting.append(.topic(name, assignment))
        }
    }

    /// All is read: take up the office.
    private mutating func loaded(now: Instant, _ effects: inout [BrokerEffect]) {
        self.phase = .active
        // Put the brokers before everything that was noted while loading.
        let index = self.waiting.lastIndex { if case .brokers = $0 { true } else { false } }
        guard let index, case .brokers(let brokers) = self.waiting[index] else { return }
        self.waiting.removeAll { if case .brokers = $0 { true } else { false } }
        self.waiting.insert(.takeOffice(brokers), at: 0)
        if self.settings.autoRebalanceLeaders {
            effects.append(.setTimer(.rebalance, at: now + self.settings.rebalanceInterval))
        }
        self.workOn(now: now, &effects)
    }

    /// A topic's settings changed.
    package mutating func configure(topic: String, _ settings: TopicSettings) {
        self.topics[topic]?.settings = settings
    }
}
