// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism

extension Broker {
    /// What the session says.
    mutating func zookeeper(_ event: ZooKeeperEvent, now: Instant, _ effects: inout [BrokerEffect]) {
        switch event {
        case .connected(let sessionID):
            if sessionID == self.sessionID, self.registration == .registered {
                self.controller.reconnected(&effects)
            } else {
                self.sessionID = sessionID
                self.prepare(&effects)
            }
        case .disconnected:
            break  // the session may live on; requests under way fail by themselves
        case .expired:
            effects.append(.reached(.sessionExpired))
            effects.append(.note("the ZooKeeper session has expired; registering again"))
            self.registration = .disconnected
            self.brokerEpoch = -1
            self.sessionID = 0
            self.watchedConfigs = []
            self.creating = []
            self.controller.sessionLost(&effects)
        case .reply(let purpose, let reply):
            self.answered(purpose, reply, now: now, &effects)
        case .changed(let path):
            self.changed(path, &effects)
        }
    }

    /// Makes sure of the folders, learns the cluster's id and registers.
    private mutating func prepare(_ effects: inout [BrokerEffect]) {
        self.registration = .preparing
        for path in ZooKeeperPath.persistent {
            effects.append(.zookeeper(.create(path: path, data: "", ephemeral: false), .folder(path)))
        }
        effects.append(.zookeeper(.get(path: ZooKeeperPath.clusterID, watch: false), .clusterID))
        self.register(&effects)
    }

    private func register(_ effects: inout [BrokerEffect]) {
        let text = self.settings.registration.text(timestampMs: self.settings.wallClockMsAtZero)
        let request = ZooKeeperRequest.create(path: ZooKeeperPath.broker(self.me), data: text, ephemeral: true)
        effects.append(.zookeeper(request, .register))
    }

    private func readOwnRegistration(_ effects: inout [BrokerEffect]) {
        let request = ZooKeeperRequest.get(path: ZooKeeperPath.broker(self.me), watch: true)
        effects.append(.zookeeper(request, .ownRegistration))
    }

    private mutating func changed(_ path: String, _ effects: inout [BrokerEffect]) {
        if path == ZooKeeperPath.broker(self.me) {
            if self.registration == .waiting || self.registration == .preparing { self.register(&effects) }
        } else if path.hasPrefix(ZooKeeperPath.topicConfigs + "/") {
            let topic = ZooKeeperPath.name(path)
            self.watchedConfigs.remove(topic)
            self.watchConfig(of: topic, &effects)
        } else {
            self.controller.changed(path: path, &effects)
        }
    }

    private mutating func answered(
        _ purpose: ZooKeeperPurpose,
        _ reply: ZooKeeperReply,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        switch purpose {
        case .folder:
            break  // made now or long ago; a failure shows when the broker registers
        case .clusterID:
            self.clusterIDAnswered(reply, &effects)
        case .register:
            self.registerAnswered(reply, now: now, &effects)
        case .ownRegistration:
            self.ownRegistrationAnswered(reply, now: now, &effects)
        case .topicConfig(let topic):
            self.configAnswered(topic, reply, now: now, &effects)
        case .autoCreate(let topic):
            self.creating.remove(topic)
        case .producerIDBlock:
            self.producerIDBlockAnswered(reply, now: now, &effects)
        case .producerIDClaim(let first):
            self.producerIDClaimAnswered(first, reply, now: now, &effects)
        case .whoIsController:
            let others = self.metadata.brokers.keys.sorted()
            self.controller.controllerNode(reply, otherBrokers: others, now: now, &effects)
        case .electionEpoch:
            let wallClockMs = self.settings.wallClockMs(now)
            self.controller.electionEpoch(reply, wallClockMs: wallClockMs, now: now, &effects)
        case .makeElectionEpoch:
            effects.append(.setTimer(.election, at: now))
        case .elected(let epoch, let version):
            self.controller.elected(reply, epoch: epoch, version: version, &effects)
        case .controller(let generation, let read):
            self.controller.answered(generation, read, reply, now: now, &effects)
        }
    }

    private mutating func clusterIDAnswered(_ reply: ZooKeeperReply, _ effects: inout [BrokerEffect]) {
        switch reply {
        case .data(let text, _):
            self.clusterID = ClusterIDNode.id(text) ?? ""
        case .failure(.noNode):
            let text = ClusterIDNode.text(self.settings.clusterIDProposal)
            effects.append(
                .zookeeper(.create(path: ZooKeeperPath.clusterID, data: text, ephemeral: false), .clusterID)
            )
        case .done, .failure(.nodeExists):
            effects.append(.zookeeper(.get(path: ZooKeeperPath.clusterID, watch: false), .clusterID))
        case .failure, .stat, .children:
            break  // read again with the next connection
        }
    }

    private mutating func registerAnswered(_ reply: ZooKeeperReply, now: Instant, _ effects: inout [BrokerEffect]) {
        guard self.registration == .preparing || self.registration == .waiting else { return }
        switch reply {
        case .done, .failure(.nodeExists):
            self.readOwnRegistration(&effects)
        case .failure(.noNode):
            self.prepare(&effects)
        case .failure(.connectionLoss), .failure(.other):
            effects.append(.setTimer(.zookeeper, at: now + Limits.zookeeperBackoff))
        case .failure, .data, .stat, .children:
            break
        }
    }

    private mutating func ownRegistrationAnswered(
        _ reply: ZooKeeperReply,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard self.registration == .preparing || self.registration == .waiting else { return }
        switch reply {
        case .data(_, let stat) where stat.ephemeralOwner == self.sessionID:
            self.registration = .registered
            self.brokerEpoch = stat.czxid
            if !self.isServing {
                self.isServing = true
                effects.append(.serve)
            }
            effects.append(.note("registered in ZooKeeper with epoch \(stat.czxid)"))
            self.controller.registered(sessionID: self.sessionID, &effects)
            for topic in Set(self.replicas.order.map(\.topic)).sorted() { self.watchConfig(of: topic, &effects) }
            if !self.producerIDWaiters.isEmpty { self.readProducerIDBlock(&effects) }
        case .data:
            // Real Kafka of old ends here; the earlier session's end is only a matter of time.
            if self.registration != .waiting {
                effects.append(.note("an earlier session still owns \(ZooKeeperPath.broker(self.me)); waiting"))
            }
            self.registration = .waiting
        case .failure(.noNode):
            self.register(&effects)
        case .failure(.connectionLoss), .failure(.other):
            effects.append(.setTimer(.zookeeper, at: now + Limits.zookeeperBackoff))
        case .failure, .done, .stat, .children:
            break
        }
    }

    /// Asks again what a lost connection left open.
    mutating func retryZooKeeper(_ effects: inout [BrokerEffect]) {
        switch self.registration {
        case .disconnected: break
        case .preparing, .waiting: self.prepare(&effects)
        case .registered:
            self.controller.reconnected(&effects)
            for topic in Set(self.replicas.order.map(\.topic)).sorted() { self.watchConfig(of: topic, &effects) }
            if !self.producerIDWaiters.isEmpty { self.readProducerIDBlock(&effects) }
        }
    }

    // MARK: - Topics' settings

    /// Reads a topic's settings and goes on watching them.
    mutating func watchConfig(of topic: String, _ effects: inout [BrokerEffect]) {
        guard self.registration == .registered, self.watchedConfigs.insert(topic).inserted else { return }
        effects.append(
            .zookeeper(.get(path: ZooKeeperPath.topicConfig(topic), watch: true), .topicConfig(topic))
        )
    }

    private mutating func configAnswered(
        _ topic: String,
        _ reply: ZooKeeperReply,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        switch reply {
        case .data(let text, _): self.topicConfigs[topic] = TopicConfigNode.values(text)
        case .failure(.noNode): self.topicConfigs[topic] = [:]
        case .failure(.connectionLoss), .failure(.other):
            self.watchedConfigs.remove(topic)
            effects.append(.setTimer(.zookeeper, at: now + Limits.zookeeperBackoff))
            return
        case .failure, .done, .stat, .children: return
        }
        let settings = self.topicSettings(topic)
        self.replicas.configure(topic: topic, settings, &effects)
        self.controller.configure(topic: topic, settings)
        self.takeHeldProduces(now: now, &effects)
    }

    /// A topic's settings as far as they are known.
    func topicSettings(_ topic: String) -> TopicSettings {
        self.settings.topic.overridden(by: self.topicConfigs[topic] ?? [:])
    }
}
