// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Who owns a set's claims, by its persistentVolumeClaimRetentionPolicy: the set, a pod that was scaled away, or nobody.
struct ClaimRetentionPlan: Hashable, Sendable {
    let set: StatefulSetState
    let pod: PodState

    /// What became of a claim's owners.
    enum Verdict: Hashable {
        case upToDate
        case owners([JSONValue])
    }

    private var isScaledAway: Bool { !self.set.wants(ordinal: self.pod.ordinal ?? -1) }

    /// Whether a claim belongs to an earlier pod of this name; it must be gone before the pod is made anew.
    static func isStale(_ claim: JSONValue, podName: String, podUID: String) -> Bool {
        OwnerReference.all(of: claim).contains { reference in
            reference.group == "" && reference.kind == "Pod" && reference.name == podName && reference.uid != podUID
        }
    }

    /// The owners that a claim should have, or that it has them.
    func verdict(on claim: JSONValue) -> Verdict {
        let references = OwnerReference.all(of: claim)
        // A claim of an earlier life of the set or pod is about to be collected: hands off.
        if references.contains(where: self.isStale) { return .upToDate }
        let ours = references.filter { self.isSet($0) || self.isPod($0) }
        let others = references.filter { !self.isSet($0) && !self.isPod($0) }
        if others.contains(where: \.isController) {
            return ours.isEmpty ? .upToDate : .owners(others.map(\.json))
        }
        let wanted = self.wantedOwner
        let isRight =
            switch wanted {
            case nil: ours.isEmpty
            case let owner?: ours.count == 1 && ours[0].uid == owner.uid && ours[0].isController
            }
        if isRight { return .upToDate }
        return .owners(others.map(\.json) + (wanted.map { [$0.json] } ?? []))
    }

    private var wantedOwner: OwnerReference? {
        let setReference = OwnerReference(json: self.set.ownerReference)
        let podReference = OwnerReference(controller: self.pod.object, kind: "Pod", apiVersion: "v1")
        switch (self.set.retention.deletesWhenScaled, self.set.retention.deletesWhenDeleted) {
        case (false, false): return nil
        case (false, true): return setReference
        case (true, false): return self.isScaledAway ? podReference : nil
        case (true, true): return self.isScaledAway ? podReference : setReference
        }
    }

    private func isSet(_ reference: OwnerReference) -> Bool { reference.uid == self.set.uid }
    private func isPod(_ reference: OwnerReference) -> Bool { reference.uid == self.pod.uid }

    private func isStale(_ reference: OwnerReference) -> Bool {
        (reference.group == "apps" && reference.kind == "StatefulSet" && reference.name == self.set.name
            && reference.uid != self.set.uid)
            || (reference.group == "" && reference.kind == "Pod" && reference.name == self.pod.name
                && reference.uid != self.pod.uid)
    }
}
