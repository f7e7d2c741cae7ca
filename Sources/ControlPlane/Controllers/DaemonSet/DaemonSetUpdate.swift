// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The rolling update of a DaemonSet: which old pods go now, or on which nodes new ones come up beside them.
///
/// Old pods that are not available are replaced whatever the limits say, since they serve nobody: so an update that was
/// broken is left by rolling back, without touching a healthy pod.
struct DaemonSetUpdate {
    private let sync: DaemonSetSync
    private(set) var changes = DaemonSetChanges()
    /// Why nothing more is done now.
    private(set) var waiting: WaitingReason?
    private let desired: Int

    init(sync: DaemonSetSync) {
        self.sync = sync
        self.desired = sync.nodes.count(where: \.shouldRun)
    }

    /// The nodes that count: those that should run a pod and those that have one.
    private var nodes: [DaemonNode] { self.sync.nodes.filter { $0.shouldRun || !$0.pods.isEmpty } }

    private var maxSurge: Int { self.sync.set.maxSurge.scaled(total: self.desired, roundUp: true) }

    /// At least 1 where neither limit would let anything happen.
    private var maxUnavailable: Int {
        let max = self.sync.set.maxUnavailable.scaled(total: self.desired, roundUp: true)
        return max == 0 && self.maxSurge == 0 && self.desired > 0 ? 1 : max
    }

    mutating func run() {
        if self.sync.set.isOnDelete {
            self.waiting = self.oldPods.first.map { WaitingReason(.onDelete, $0.name) }
        } else if self.maxSurge > 0 {
            self.surge()
        } else {
            self.replace()
        }
    }

    private var oldPods: [PodState] {
        self.nodes.flatMap { $0.living.filter { !self.sync.isUpdated($0) } }
    }

    // MARK: - Without surge

    private mutating func replace() {
        let max = self.maxUnavailable
        var unavailable: [WaitingReason] = []
        var candidates: [PodState] = []
        for node in self.nodes {
            guard let (new, old) = node.pair(self.sync.isUpdated) else {
                unavailable.append(WaitingReason(.changed, node.name, detail: "it has more than one pod"))
                continue
            }
            switch (new, old) {
            case (nil, nil), (_?, _?):
                unavailable.append(self.reason(of: node))
            case (let new?, nil):
                if !self.sync.isAvailable(new) { unavailable.append(self.reason(new)) }
            case (nil, let old?) where !self.sync.isAvailable(old):
                self.changes.deletions.append(old)
                unavailable.append(self.reason(old))
            case (nil, let old?):
                if unavailable.count < max { candidates.append(old) }
            }
        }
        self.changes.deletions += candidates.prefix(Swift.max(0, max - unavailable.count))
        guard self.changes.isEmpty, let first = unavailable.first else { return }
        self.waiting = first
        if !self.oldPods.isEmpty {
            self.waiting = WaitingReason(
                .maxUnavailable,
                first.subject,
                detail: "\(unavailable.count) of at most \(max) are unavailable: \(first)"
            )
        }
    }

    // MARK: - With surge

    private mutating func surge() {
        let max = self.maxSurge
        var surging: [WaitingReason] = []
        var (candidates, leaving) = ([String](), [PodState]())
        var available = 0
        for node in self.nodes {
            guard let (new, old) = node.pair(self.sync.isUpdated) else {
                surging.append(WaitingReason(.changed, node.name, detail: "it has more than one pod"))
                continue
            }
            if let pod = old ?? new, self.sync.isAvailable(pod) { available += 1 }
            switch (new, old) {
            case (_, nil):
                if let new, !self.sync.isAvailable(new) { self.waiting = self.reason(new) }
            case (nil, let old?) where !self.sync.isAvailable(old):
                // Nobody misses it: its successor counts against no limit.
                if node.shouldRun {
                    self.changes.creations.append(node.name)
                } else {
                    self.changes.deletions.append(old)
                }
            case (nil, let old?) where !node.shouldRun:
                leaving.append(old)
            case (nil, _?):
                if surging.count < max { candidates.append(node.name) }
            case (let new?, let old?):
                if self.sync.isAvailable(new) {
                    self.changes.deletions.append(old)
                } else {
                    surging.append(self.reason(new))
                }
            }
        }
        self.changes.deletions += leaving.prefix(Swift.max(0, available - self.desired))
        self.changes.creations += candidates.prefix(Swift.max(0, max - surging.count))
        if self.changes.isEmpty, let first = surging.first {
            self.waiting = WaitingReason(
                .maxSurge,
                first.subject,
                detail: "\(surging.count) of at most \(max) new pods are not available yet: \(first)"
            )
        }
    }

    // MARK: - Reasons

    private func reason(of node: DaemonNode) -> WaitingReason {
        if let pod = node.pods.first { return self.reason(pod) }
        return WaitingReason(.notReady, node.name, detail: "it has no pod yet")
    }

    private func reason(_ pod: PodState) -> WaitingReason {
        if pod.isTerminating { return WaitingReason(.terminating, pod.name) }
        return WaitingReason(pod.isReady ? .notAvailable : .notReady, pod.name)
    }
}
