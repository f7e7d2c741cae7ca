// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One look at a DaemonSet: first each node has the pods that it should have, then the update goes on.
struct DaemonSetSync {
    let set: DaemonSetState
    let history: DaemonSetHistory
    let now: WallTime
    private let pods: [PodState]
    /// All nodes, in an order that looks random and is the same in every sync.
    let nodes: [DaemonNode]
    private let names: Set<String>
    /// Pods that wait for a node that does not exist.
    private let lost: [PodState]
    private(set) var plan: ControllerPlan

    init(
        set: DaemonSetState,
        history: DaemonSetHistory,
        pods: [PodState],
        cache: ObservedObjects,
        now: WallTime,
        plan: ControllerPlan
    ) {
        self.set = set
        self.history = history
        self.pods = pods
        self.now = now
        self.plan = plan
        var placed: [String: [PodState]] = [:]
        for pod in pods where !(pod.isTerminating && pod.isFinished) {
            // What is over but for its object makes room for the next at once.
            guard let node = DaemonPod.node(of: pod.object) else { continue }
            placed[node, default: []].append(pod)
        }
        let objects = cache.objects(.nodes)
        let tolerations = DaemonPod.tolerations(of: set.template["spec"])
        let nodes = objects.map { node in
            DaemonNode(
                node,
                set: set,
                tolerations: tolerations,
                pods: (placed[node.name] ?? []).sorted(by: DaemonPod.isBefore)
            )
        }
        // Upstream goes over a map, so in any order: this one differs between sets and between updates.
        let order = Dictionary(
            nodes.map { ($0.name, GeneratedName.hash(of: [set.uid, history.hash, $0.name])) },
            uniquingKeysWith: { first, _ in first }
        )
        self.nodes = nodes.sorted { (order[$0.name] ?? 0, $0.name) < (order[$1.name] ?? 0, $1.name) }
        let names = Set(objects.map(\.name))
        self.lost = pods.filter { pod in
            guard !pod.isTerminating, pod.object["spec"]?["nodeName"]?.string ?? "" == "",
                let node = DaemonPod.node(of: pod.object)
            else { return false }
            return !names.contains(node)
        }
        self.names = Set(pods.map(\.name))
    }

    func isUpdated(_ pod: PodState) -> Bool { DaemonPod.isUpdated(pod, of: self.set, hash: self.history.hash) }

    func isAvailable(_ pod: PodState) -> Bool {
        pod.isAvailable(minReadySeconds: self.set.minReadySeconds, now: self.now)
    }

    mutating func run() -> ControllerPlan {
        var changes = DaemonSetChanges()
        for node in self.nodes { self.look(at: node, &changes) }
        changes.deletions += self.lost
        if changes.isEmpty {
            var update = DaemonSetUpdate(sync: self)
            update.run()
            changes = update.changes
            self.plan.waiting = update.waiting ?? self.plan.waiting
        }
        self.add(changes)
        self.setStatus()
        self.plan.finally = self.history.truncation(pods: self.pods)
        self.lookAgainWhenAvailable()
        return self.plan
    }

    // MARK: - Nodes

    /// Upstream's `podsShouldBeOnNode`.
    private mutating func look(at node: DaemonNode, _ changes: inout DaemonSetChanges) {
        if node.shouldRun, node.pods.isEmpty {
            changes.creations.append(node.name)
        } else if !node.shouldContinue {
            changes.deletions += node.living
        } else {
            self.prune(node, &changes)
        }
    }

    private mutating func prune(_ node: DaemonNode, _ changes: inout DaemonSetChanges) {
        var running: [PodState] = []
        for pod in node.living {
            switch pod.phase {
            case "Failed": self.replaceFailed(pod, on: node, &changes)
            case "Succeeded":
                self.plan.events.append(
                    self.set.pods.event(
                        .normal,
                        "SucceededDaemonPod",
                        "Found succeeded daemon pod \(self.set.namespace)/\(pod.name) on node \(node.name), "
                            + "will try to delete it"
                    )
                )
                changes.deletions.append(pod)
            default: running.append(pod)
            }
        }
        guard self.set.allowsSurge else {
            changes.deletions += running.dropFirst()
            return
        }
        if running.isEmpty {
            if node.shouldRun { changes.creations.append(node.name) }
        } else if running.count > 1 {
            self.pruneSurge(running, &changes)
        }
    }

    /// While an update surges, a node keeps its oldest pod of either template until the old one has had its day.
    private func pruneSurge(_ running: [PodState], _ changes: inout DaemonSetChanges) {
        let (new, old) = (
            running.filter { $0.revision == self.history.hash }, running.filter { $0.revision != self.history.hash }
        )
        changes.deletions += new.dropFirst() + old.dropFirst()
        if let new = new.first, let old = old.first, !old.isReady || self.isAvailable(new) {
            changes.deletions.append(old)
        }
    }

    /// A failed pod goes, but not at once where pods fail again and again.
    private mutating func replaceFailed(_ pod: PodState, on node: DaemonNode, _ changes: inout DaemonSetChanges) {
        if let pause = self.plan.backoffs.pause(of: node.name, now: self.now) {
            self.plan.lookAgain(after: pause)
            self.plan.waiting = WaitingReason(.backoff, pod.name, detail: "it failed on \(node.name)")
            return
        }
        self.plan.backoffs.tried(node.name, now: self.now)
        self.plan.events.append(
            self.set.pods.event(
                .warning,
                "FailedDaemonPod",
                "Found failed daemon pod \(self.set.namespace)/\(pod.name) on node \(node.name), will try to kill it"
            )
        )
        changes.deletions.append(pod)
    }

    // MARK: - Changes

    private mutating func add(_ changes: DaemonSetChanges) {
        var taken = self.names
        let creations = changes.creations.prefix(PodControl.burstMax).map { node in
            let version = self.set.object["metadata"]?["resourceVersion"]?.string ?? ""
            let facts = [self.set.uid, self.history.hash, node, version]
            let name = GeneratedName.make(prefix: "\(self.set.name)-", of: facts) { taken.contains($0) }
            taken.insert(name)
            return self.set.pods.creation(
                of: DaemonPod.make(for: node, of: self.set, hash: self.history.hash, name: name)
            )
        }
        self.plan.steps += PodControl.slowStart(creations)
        let deletions = changes.deletions.prefix(PodControl.burstMax).map { [self.set.pods.deletion(of: $0)] }
        if !deletions.isEmpty { self.plan.steps.append(deletions) }
        if let first = changes.deletions.first {
            self.plan.waiting = WaitingReason(.changed, first.name, detail: "deleted")
        } else if let first = changes.creations.first {
            self.plan.waiting = WaitingReason(.changed, first, detail: "a pod was made for this node")
        }
    }

    private mutating func setStatus() {
        let status = DaemonSetStatus(nodes: self.nodes, isUpdated: self.isUpdated, isAvailable: self.isAvailable)
            .json(of: self.set, collisionCount: self.history.collisionCount)
        guard status != self.set.status else { return }
        var object = self.set.object
        object["status"] = status
        let write = ControllerAction(.update(subresource: "status"), .daemonSets, self.set.key, body: object)
        self.plan.onSuccess = [write]
        self.plan.onFailure = [write]
    }

    private mutating func lookAgainWhenAvailable() {
        guard self.set.minReadySeconds > 0 else { return }
        for pod in self.pods where pod.isReady && !self.isAvailable(pod) {
            guard let since = pod.readyTransition else { continue }
            self.plan.lookAgain(after: max(.zero, since + .seconds(self.set.minReadySeconds) - self.now))
        }
    }
}

/// What a sync makes and deletes.
struct DaemonSetChanges {
    /// The nodes that get a pod.
    var creations: [String] = []
    var deletions: [PodState] = []

    var isEmpty: Bool { self.creations.isEmpty && self.deletions.isEmpty }
}
