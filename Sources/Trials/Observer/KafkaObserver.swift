// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaClient
import Synchronization
import Verification

/// Asks the brokers again and again who leads what, and records what changes.
final class KafkaObserver: Sendable {
    /// How often it asks.
    static let interval = Duration.milliseconds(50)

    private struct State {
        var newest: ClusterMetadata?
        var known: [Int32: (leader: Int32, inSync: [Int32])] = [:]
        var lastLeader: [Int32: Int32] = [:]
        var controller: Int32 = -1
    }

    private let admin: KafkaAdmin
    private let topic: String
    private let log: EventLog
    private let state = Mutex(State())

    init(configuration: ClientConfiguration, topic: String, log: EventLog) throws {
        self.admin = try KafkaAdmin(configuration, limit: .milliseconds(500))
        self.topic = topic
        self.log = log
    }

    /// The brokers' newest answer; nil before the first.
    var metadata: ClusterMetadata? { self.state.withLock { $0.newest } }

    /// The partitions of the topic as last seen.
    var partitions: [ClusterMetadata.Partition] {
        self.metadata?.topics.first { $0.name == self.topic }?.partitions ?? []
    }

    /// Whether every one of that many partitions has a leader and that many replicas in sync.
    func isWhole(partitions: Int, inSync: Int) -> Bool {
        let found = self.partitions
        return found.count == partitions
            && found.allSatisfy { $0.leader != nil && $0.inSyncReplicas.count == inSync }
    }

    /// Asks until cancelled; a failed question is asked again, since brokers come and go here.
    func run() async {
        while !Task.isCancelled {
            do {
                // All topics: a question for one that does not exist yet would create it.
                self.take(try await self.admin.metadata())
            } catch {
                // Nobody answers right now. What that means for clients is what the trial measures.
            }
            do { try await Task.sleep(for: Self.interval) } catch { break }
        }
        await self.admin.close()
    }

    private func take(_ metadata: ClusterMetadata) {
        let events = self.state.withLock { state -> [ClusterEvent.Kind] in
            state.newest = metadata
            var events: [ClusterEvent.Kind] = []
            if let controller = metadata.controller, controller != state.controller {
                state.controller = controller
                events.append(.controller(broker: controller))
            }
            for partition in metadata.topics.first(where: { $0.name == self.topic })?.partitions ?? [] {
                let now = (leader: partition.leader ?? -1, inSync: partition.inSyncReplicas.sorted())
                // Brokers learn of a new leader one after the other: it counts once two answers in a row name it.
                let isConfirmed = state.lastLeader[partition.id].map { $0 == now.leader } ?? true
                state.lastLeader[partition.id] = now.leader
                guard isConfirmed, state.known[partition.id].map({ $0 != now }) ?? true else { continue }
                state.known[partition.id] = now
                events.append(
                    .partition(topic: self.topic, number: partition.id, leader: now.leader, inSync: now.inSync)
                )
            }
            return events
        }
        for event in events { self.log.record(event) }
    }

    /// The broker that coordinates a group; nil while nobody knows.
    func coordinator(of group: String) async -> Int32? {
        do {
            return try await self.admin.groups(named: group).first?.coordinator
        } catch {
            return nil
        }
    }
}
