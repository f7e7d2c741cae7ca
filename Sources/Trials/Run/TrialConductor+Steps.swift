// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Foundation
import JSON
import KafkaClient
import KubernetesAPI
import KubernetesClient
import Verification
import Workload

extension TrialConductor {
    /// Does one step and returns when it has done what it says.
    func perform(_ step: Trial.Step, _ workload: Workload) async throws {
        switch step {
        case .patch(let target, let type, let body):
            let kind: APIRequest.PatchType = type == "json" ? .json : type == "merge" ? .merge : .strategicMerge
            let patched = try await self.cluster.client.send(
                APIRequest(
                    .patch,
                    target.resource,
                    namespace: target.namespace,
                    name: target.name,
                    body: body,
                    patchType: kind
                )
            )
            self.generations[target] = patched["metadata", "generation"]?.integer
        case .rollout(let target):
            try await self.wait("the rollout of \(target) is done and every replica is in sync") {
                self.progress(.status(self.status(workload)))
                guard let set = self.observer.set(target.name, namespace: target.namespace) else { return false }
                // The observer may not have seen the change yet, and the old state looks done.
                guard set.metadata.generation >= self.generations[target] ?? 0 else { return false }
                return RolloutProgress(of: set.json).wait == nil && self.topicIsWhole
            }
        case .deletePod(let target):
            let uid = self.pod(target)?.metadata.uid
            try await self.cluster.client.delete(Pod.self, target.name, namespace: target.namespace)
            try await self.wait("\(target.name) is gone") { self.pod(target)?.metadata.uid != uid }
        case .pause(let duration):
            try await self.goOn(for: duration, workload)
        case .killPod(let target):
            let lives = self.lives(of: target.name)
            self.log.record(.killed(pod: target.name))
            try await self.cluster.inject(.signal(SIGKILL, pod: target.name, namespace: target.namespace))
            try await self.wait("\(target.name) is dead") { self.lives(of: target.name) != lives }
        case .drain(let target):
            let drain = Drain(client: self.cluster.client, target: target)
            try await self.wait("the node of \(target.name) is drained") {
                self.progress(.status(self.status(workload)))
                let outcome = try await drain.step(self.observer.currentPods)
                self.evidence.evictionsRefused += outcome.refused
                return outcome.isDone
            }
        case .wait(let condition):
            try await self.wait(for: condition, workload)
        case .repeated(let times, let steps):
            for _ in 0..<times {
                for step in steps { try await self.perform(step, workload) }
            }
        case .killLeader(let partition, let pause):
            try await self.killLeader(of: Int32(partition), followersStoppedFor: pause, workload)
        }
    }

    private func pod(_ target: Trial.Target) -> Pod? {
        self.observer.currentPods.first {
            $0.metadata.name == target.name && $0.metadata.namespace == target.namespace
        }
    }

    private func wait(for condition: Trial.Condition, _ workload: Workload) async throws {
        let before = workload.progress.acknowledgedByPartition
        try await self.wait("\(condition)") {
            self.progress(.status(self.status(workload)))
            switch condition {
            case .whole:
                guard self.setsAreReady, self.topicIsWhole else { return false }
                let now = workload.progress.acknowledgedByPartition
                return (0..<Int32(self.trial.topic.partitions)).allSatisfy { now[$0] ?? 0 > before[$0] ?? 0 }
            case .updated(let target, let count):
                guard let set = self.observer.set(target.name, namespace: target.namespace) else { return false }
                guard set.metadata.generation >= self.generations[target] ?? 0,
                    set.json["status", "observedGeneration"]?.integer == set.metadata.generation
                else { return false }
                return set.json["status", "updatedReplicas"]?.integer ?? 0 >= count
            case .waiting(let target, let reason):
                return (self.pod(target)?.json["status", "containerStatuses"]?.array ?? []).contains {
                    $0["state", "waiting", "reason"]?.string == reason
                }
            }
        }
    }

    private func killLeader(of number: Int32, followersStoppedFor pause: Duration, _ workload: Workload) async throws {
        guard let partition = self.kafka.partitions.first(where: { $0.id == number }), let leader = partition.leader
        else { throw TrialError("partition \(number) of \(self.trial.topic.name) has no leader to kill") }
        let followers = pause > .zero ? partition.replicas.filter { $0 != leader } : []
        for follower in followers { try await self.signal(SIGSTOP, follower) }
        try await Task.sleep(for: pause)
        let pod = self.evidence.podsByBroker[leader]
        let lives = self.lives(of: pod)
        try await self.signal(SIGKILL, leader)
        // Followers that woke before it is dead would fetch what it alone has.
        try await self.wait("broker \(leader) is dead") { self.lives(of: pod) != lives }
        for follower in followers { try await self.signal(SIGCONT, follower) }
        try await self.wait("another broker leads partition \(number)") {
            self.progress(.status(self.status(workload)))
            let now = self.kafka.partitions.first { $0.id == number }?.leader
            return now != nil && now != leader
        }
        try await self.wait("every replica is in sync again") {
            self.progress(.status(self.status(workload)))
            return self.topicIsWhole
        }
    }

    /// How often the containers of a pod have been started and whether they run: changes when one dies.
    private func lives(of name: String?) -> [String] {
        let pod = self.observer.currentPods.first { $0.metadata.name == name }
        return (pod?.json["status", "containerStatuses"]?.array ?? []).map { status in
            "\(status["restartCount"]?.integer ?? 0) \(status["state", "running"] != nil)"
        }
    }

    private func signal(_ signal: CInt, _ broker: Int32) async throws {
        guard let pod = self.evidence.podsByBroker[broker] else {
            throw TrialError("the pod of broker \(broker) is not known")
        }
        try await self.cluster.inject(.signal(signal, pod: pod, namespace: "default"))
    }
}
