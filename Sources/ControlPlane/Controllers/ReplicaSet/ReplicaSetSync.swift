// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One look at a ReplicaSet: pods that are missing or too many, and the counts.
struct ReplicaSetSync {
    static let burstMax = 500

    let set: JSONValue
    let control: PodControl
    /// The set's pods that are neither finished nor on their way out.
    let pods: [PodState]
    let terminating: Int
    let now: WallTime

    private var wanted: Int { Int(clamping: self.set["spec", "replicas"]?.integer ?? 1) }
    private var minReadySeconds: Int64 { self.set["spec", "minReadySeconds"]?.integer ?? 0 }

    func scale(_ plan: inout ControllerPlan, names: Set<String>) {
        let missing = self.wanted - self.pods.count
        if missing > 0 {
            plan.steps += PodControl.slowStart(self.creations(min(missing, Self.burstMax), names: names))
            plan.waiting = WaitingReason(.changed, self.set.name, detail: "\(missing) pods are made")
        } else if missing < 0 {
            let victims = self.pods.sorted(by: self.goesBefore).prefix(min(-missing, Self.burstMax))
            plan.steps.append(victims.map { [self.control.deletion(of: $0)] })
            plan.waiting = WaitingReason(.changed, self.set.name, detail: "\(-missing) pods are deleted")
        } else if let pod = self.pods.first(where: { !$0.isReady }) {
            plan.waiting = WaitingReason(.notReady, pod.name)
        }
    }

    private func creations(_ count: Int, names: Set<String>) -> [ControllerAction] {
        var taken = names
        let template = self.set["spec", "template"] ?? .emptyObject
        let version = self.set["metadata", "resourceVersion"]?.string ?? ""
        return (0..<count).map { number in
            let facts = [self.set.uid, version, String(self.pods.count), String(number)]
            let name = GeneratedName.make(prefix: "\(self.set.name)-", of: facts) { taken.contains($0) }
            taken.insert(name)
            return self.control.creation(of: self.control.makePod(template: template, name: name))
        }
    }

    /// Who goes first: pods without a node, then those that do not run, are not Ready, cost less to delete, were Ready
    /// for a shorter time, restarted more often, are younger.
    private func goesBefore(_ lhs: PodState, _ rhs: PodState) -> Bool {
        func rank(_ pod: PodState) -> [Int64] {
            let spec = pod.object["spec"]
            let phase: Int64 = ["Pending": 0, "Unknown": 1].first { $0.key == pod.phase }?.value ?? 2
            let cost = pod.object["metadata", "annotations"]?["controller.kubernetes.io/pod-deletion-cost"]?.string
            let restarts = (pod.object["status", "containerStatuses"]?.array ?? []).map {
                $0["restartCount"]?.integer ?? 0
            }
            let created = pod.object["metadata", "creationTimestamp"]?.string.flatMap(WallTime.init(rfc3339:))
            return [
                spec?["nodeName"]?.string?.isEmpty == false ? 1 : 0, phase, pod.isReady ? 1 : 0,
                cost.flatMap { Int64($0) } ?? 0, -(pod.readyTransition?.nanoseconds ?? 0),
                -(restarts.max() ?? 0), -(created?.nanoseconds ?? 0),
            ]
        }
        let (left, right) = (rank(lhs), rank(rhs))
        return left == right ? lhs.name < rhs.name : left.lexicographicallyPrecedes(right)
    }

    // MARK: - Status

    func setStatus(_ plan: inout ControllerPlan) {
        let available = self.pods.count { $0.isAvailable(minReadySeconds: self.minReadySeconds, now: self.now) }
        let labels = self.set["spec", "template"]?["metadata"]?["labels"]?.object ?? [:]
        let labelled = self.pods.count { pod in
            labels.allSatisfy { pod.object["metadata"]?["labels"]?[$0.0] == $0.1 }
        }
        var status = self.set["status"] ?? .emptyObject
        status["replicas"] = .integer(Int64(self.pods.count))
        status["observedGeneration"] = self.set["metadata", "generation"]
        for (field, count) in [
            ("fullyLabeledReplicas", labelled), ("readyReplicas", self.pods.count(where: \.isReady)),
            ("availableReplicas", available),
        ] {
            status[field] = .integer(Int64(count))
            if count == 0 { status[field] = nil }
        }
        if self.minReadySeconds > 0 {
            for pod in self.pods where pod.isReady {
                guard let since = pod.readyTransition else { continue }
                let left = since + .seconds(self.minReadySeconds) - self.now
                if left > .zero { plan.lookAgain(after: left) }
            }
        }
        status["terminatingReplicas"] = .integer(Int64(self.terminating))
        guard status != self.set["status"] else { return }
        var object = self.set
        object["status"] = status
        let key = ObservedObjects.key(of: object)
        let write = ControllerAction(.update(subresource: "status"), .replicaSets, key, body: object)
        plan.onSuccess = [write]
        plan.onFailure = [write]
    }
}
