// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One look at a StatefulSet: first the wanted replicas, then those too many, then the update.
struct StatefulSetSync: Sendable {
    /// What came of looking at one pod.
    struct Look {
        var chain: ControllerPlan.Chain = []
        /// Recorded whatever the outcome.
        var events: [EventRecord] = []
        /// Set when an ordered set goes no further.
        var stop: WaitingReason?
        /// Set when the look itself is an error; ends the sync after this pod or batch.
        var failure: String?
    }

    /// The largest batch of a slow start.
    static let batchSizeMax = 500

    let set: StatefulSetState
    let revisions: RevisionPlan
    let options: StatefulSetReconciler.Options
    let cache: ObservedObjects
    let now: WallTime
    let pods: [PodState]
    /// The wanted pods by index; absent ones as they would be made.
    let replicas: [PodState]
    /// The pods too many, from the highest ordinal down.
    let condemned: [PodState]
    var plan = ControllerPlan()

    init(
        set: StatefulSetState,
        pods: [PodState],
        revisions: RevisionPlan,
        options: StatefulSetReconciler.Options,
        cache: ObservedObjects,
        now: WallTime
    ) {
        self.set = set
        self.revisions = revisions
        self.options = options
        self.cache = cache
        self.now = now
        self.pods = pods
        var wanted: [Int: PodState] = [:]
        var condemned: [(ordinal: Int, pod: PodState)] = []
        for pod in pods {
            guard let ordinal = pod.ordinal else { continue }
            if set.wants(ordinal: ordinal) {
                wanted[ordinal] = pod
            } else {
                condemned.append((ordinal, pod))
            }
        }
        self.replicas = (set.start..<set.start + max(0, set.replicas)).map { ordinal in
            wanted[ordinal]
                ?? PodState(
                    PodIdentity.makePod(
                        set: set,
                        revision: Self.creationRevision(of: ordinal, set, revisions),
                        ordinal: ordinal
                    )
                )
        }
        self.condemned = condemned.sorted { $0.ordinal > $1.ordinal }.map(\.pod)
    }

    /// At which revision an absent pod is made: below the partition at the current one. Where `rollingUpdate` is left
    /// out, the count of current pods stands in for the partition.
    private static func creationRevision(
        of ordinal: Int,
        _ set: StatefulSetState,
        _ revisions: RevisionPlan
    ) -> Revision {
        let threshold: Int
        switch set.strategy.partition {
        case let partition?: threshold = partition
        case nil where set.strategy.isOnDelete: threshold = 0
        case nil: threshold = Int(clamping: set.status["currentReplicas"]?.integer ?? 0)
        }
        return ordinal < set.start + threshold ? revisions.current : revisions.update
    }

    /// The whole plan; `claiming` comes before everything else.
    mutating func run(after claiming: ControllerPlan.Chain) -> ControllerPlan {
        self.plan.then(claiming)
        self.plan.then(self.revisions.action.map { [$0] } ?? [])
        self.plan.finally = self.revisions.truncation(set: self.set, pods: self.pods)
        if self.set.isTerminating {
            self.plan.waiting = WaitingReason(.deleting, self.set.name)
            self.setStatus(StatefulSetStatus(set: self.set, revisions: self.revisions, pods: self.pods, now: self.now))
            return self.plan
        }
        var status = StatefulSetStatus(
            set: self.set,
            revisions: self.revisions,
            pods: self.replicas + self.condemned,
            now: self.now
        )
        let observed = status
        if self.repairs() {
            // The next sync makes its successor.
        } else if self.passReplicas(), self.passClaimsOfCondemned(), self.passCondemned() {
            var update = UpdatePhase(sync: self, status: status)
            update.run()
            (self.plan, status) = (update.plan, update.status)
        }
        self.setStatus(status, onFailure: observed)
        self.lookAgainWhenAvailable()
        return self.plan
    }

    /// Deletes what an abandoned update left broken, where that was chosen.
    private mutating func repairs() -> Bool {
        guard self.options.recovery == .repair, !self.set.strategy.isOnDelete else { return false }
        let broken = BrokenPod(revisions: self.revisions)
        let pods = self.replicas.dropFirst(max(0, self.set.strategy.partition ?? 0)).filter(broken.matches)
        guard let first = pods.last else { return false }
        self.plan.steps.append(
            pods.reversed().map { pod in
                var action = self.deletion(of: pod)
                // Should it be Ready by now, it has another version and stays.
                let version = pod.object["metadata", "resourceVersion"]?.string
                action.operation = .delete(uid: pod.uid, resourceVersion: version)
                return [action]
            }
        )
        self.plan.notices += pods.map { pod in
            self.set.event(
                .normal,
                "UpdateRepaired",
                "Pod \(pod.name) of revision \(pod.revision) is not Ready and no longer wanted: it makes way for "
                    + self.revisions.update.name
            )
        }
        self.plan.waiting = WaitingReason(.changed, first.name, detail: "deleted, since its update was abandoned")
        return true
    }

    // MARK: - Replicas

    private mutating func passReplicas() -> Bool {
        self.forEach(self.replicas) { $0.look(atReplica: $1) }
    }

    private func look(atReplica pod: PodState) -> Look {
        var look = Look()
        if pod.isFinished {
            if !pod.isTerminating { look.chain.append(self.deletion(of: pod)) }
            look.stop = WaitingReason(pod.isTerminating ? .terminating : .failed, pod.name)
            return look
        }
        if !pod.isCreated {
            if let stale = self.staleClaim(of: pod) {
                look.stop = WaitingReason(.staleClaim, stale)
                return look
            }
            self.addClaims(of: pod, verb: "Create", to: &look)
            if look.failure == nil { look.chain.append(self.creation(of: pod)) }
            look.stop = WaitingReason(.changed, pod.name, detail: "created")
            // A pod made in this sync has nothing else to look at, whatever the policy.
            return look
        }
        if pod.isPending {
            self.addClaims(of: pod, verb: "Update", to: &look)
            self.addClaimOwners(of: pod, to: &look)
            if look.failure != nil { return look }
        }
        if let blocker = self.blocker(pod) {
            look.stop = blocker
            if self.set.isMonotonic { return look }
        }
        self.addCorrections(of: pod, to: &look)
        return look
    }

    /// Why an ordered set goes no further than this pod.
    private func blocker(_ pod: PodState) -> WaitingReason? {
        if pod.isTerminating { return WaitingReason(.terminating, pod.name) }
        if !pod.isRunningAndReady { return WaitingReason(.notReady, pod.name) }
        if !self.isAvailable(pod) { return WaitingReason(.notAvailable, pod.name) }
        return nil
    }

    private func addCorrections(of pod: PodState, to look: inout Look) {
        let hadOwners = look.chain.count
        if !pod.isPending { self.addClaimOwners(of: pod, to: &look) }
        let isRight = PodIdentity.matches(pod, set: self.set) && PodIdentity.storageMatches(pod, set: self.set)
        if isRight && look.chain.count == hadOwners { return }
        if !isRight && !PodIdentity.storageMatches(pod, set: self.set) {
            self.addClaims(of: pod, verb: "Update", to: &look)
        }
        var update = ControllerAction(
            .update(subresource: nil),
            .pods,
            ObjectName(namespace: self.set.namespace, name: pod.name),
            body: PodIdentity.corrected(pod, set: self.set)
        )
        update.successEvent = self.podEvent("Update", pod)
        update.failureEvent = self.podFailure("Update", pod)
        look.chain.append(update)
    }

    // MARK: - Condemned

    private mutating func passClaimsOfCondemned() -> Bool {
        self.forEach(self.condemned) { sync, pod in
            var look = Look()
            sync.addClaimOwners(of: pod, to: &look)
            return look
        }
    }

    private mutating func passCondemned() -> Bool {
        let firstUnavailable =
            self.replicas.first(where: self.isUnavailable) ?? self.condemned.last(where: self.isUnavailable)
        return self.forEach(self.condemned) { sync, pod in
            var look = Look()
            if pod.isTerminating {
                look.stop = WaitingReason(.terminating, pod.name, detail: "scaled down")
                return look
            }
            if sync.set.isMonotonic, !pod.isRunningAndReady || !sync.isAvailable(pod), pod.uid != firstUnavailable?.uid
            {
                look.stop = WaitingReason(
                    .notReady,
                    firstUnavailable?.name ?? pod.name,
                    detail: "before \(pod.name) is scaled down"
                )
                return look
            }
            look.chain.append(sync.deletion(of: pod))
            look.stop = WaitingReason(.changed, pod.name, detail: "scaled down")
            return look
        }
    }

    // MARK: - Passes

    /// Looks at pods in order, each alone and up to the first stop where the set is ordered; otherwise at all of them in
    /// batches that double, so that what fails for one fails few times.
    /// - Returns: whether to go on with the next pass.
    private mutating func forEach(_ pods: [PodState], look: (StatefulSetSync, PodState) -> Look) -> Bool {
        var (index, batchSize) = (0, 1)
        while index < pods.count {
            let end = min(pods.count, index + batchSize)
            let looks = pods[index..<end].map { look(self, $0) }
            let chains = looks.map(\.chain).filter { !$0.isEmpty }
            if !chains.isEmpty { self.plan.steps.append(chains) }
            self.plan.events += looks.flatMap(\.events)
            if let reason = looks.lazy.compactMap(\.stop).first, self.plan.waiting == nil { self.plan.waiting = reason }
            if let failure = looks.lazy.compactMap(\.failure).first {
                self.plan.failure = failure
                return false
            }
            if self.set.isMonotonic, looks.contains(where: { $0.stop != nil }) { return false }
            index = end
            if !self.set.isMonotonic { batchSize = min(batchSize * 2, Self.batchSizeMax) }
        }
        return true
    }

    // MARK: - Status

    private mutating func setStatus(_ status: StatefulSetStatus, onFailure observed: StatefulSetStatus? = nil) {
        self.plan.onSuccess = self.statusWrites(status)
        self.plan.onFailure = self.statusWrites(observed ?? status)
    }

    private func statusWrites(_ status: StatefulSetStatus) -> [ControllerAction] {
        var status = status
        status.completeRollingUpdate(of: self.set)
        guard status.differs(from: self.set.status) else { return [] }
        var object = self.set.object
        object["status"] = status.json
        return [
            ControllerAction(
                .update(subresource: "status"),
                .statefulSets,
                self.set.key,
                body: object
            )
        ]
    }

    private mutating func lookAgainWhenAvailable() {
        guard self.set.minReadySeconds > 0 else { return }
        for pod in self.pods where pod.isReady && !self.isAvailable(pod) {
            guard let since = pod.readyTransition else { continue }
            self.plan.lookAgain(after: max(.zero, since + .seconds(self.set.minReadySeconds) - self.now))
        }
    }

    func isAvailable(_ pod: PodState) -> Bool {
        pod.isAvailable(minReadySeconds: self.set.minReadySeconds, now: self.now)
    }

    func isUnavailable(_ pod: PodState) -> Bool {
        pod.isUnavailable(minReadySeconds: self.set.minReadySeconds, now: self.now)
    }
}
