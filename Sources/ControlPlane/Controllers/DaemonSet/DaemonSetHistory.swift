// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// The revisions of a DaemonSet's template: which one is current, and what to write for that.
struct DaemonSetHistory: Hashable, Sendable {
    /// The value of the hash label of pods that are up to date.
    let hash: String
    let collisionCount: Int64?
    /// Makes the current revision, numbers it anew, or merges those that are the same.
    let actions: [ControllerAction]
    private let old: [Revision]
    private let set: DaemonSetState

    /// - Parameters:
    ///   - listed: the set's own revisions.
    ///   - pods: the set's pods.
    ///   - others: every revision of the namespace, to see collisions of names.
    init(set: DaemonSetState, listed: [Revision], pods: [PodState], others: (String) -> Revision?) {
        let data = Revision.data(of: set.template)
        let (same, old) = (
            listed.filter { Revision.isSameTemplate($0.data, data) }.sorted(by: Revision.isOrdered),
            listed.filter { !Revision.isSameTemplate($0.data, data) }.sorted(by: Revision.isOrdered)
        )
        let number = (old.last?.number ?? 0) + 1
        var collisions = set.status["collisionCount"]?.integer
        var actions: [ControllerAction] = []
        if let current = same.last {
            let hash = Self.hash(of: current, set)
            self.hash = hash
            if current.number < number {
                var body = current.object
                body["revision"] = .integer(number)
                actions.append(Self.write(body))
            }
            for duplicate in same.dropLast() {
                let other = Self.hash(of: duplicate, set)
                actions += pods.filter { $0.revision == other }.map { Self.relabel($0, hash: hash) }
                actions.append(Self.delete(duplicate, of: set))
            }
        } else {
            var planned = Self.planned(for: set, data: data, number: number, collisionCount: collisions ?? 0)
            while let taken = others(planned.name), !Revision.isSameTemplate(taken.data, data) {
                collisions = (collisions ?? 0) + 1
                planned = Self.planned(for: set, data: data, number: number, collisionCount: collisions ?? 0)
            }
            self.hash = Self.hash(of: planned, set)
            if others(planned.name) == nil {
                actions.append(
                    ControllerAction(
                        .create,
                        .controllerRevisions,
                        ObservedObjects.key(of: planned.object),
                        body: planned.object
                    )
                )
            }
        }
        self.collisionCount = collisions
        self.actions = actions
        self.old = old
        self.set = set
    }

    /// The label says it; revisions of old releases have none, there the name does.
    private static func hash(of revision: Revision, _ set: DaemonSetState) -> String {
        revision.object["metadata", "labels"]?[DaemonPod.hashLabel]?.string ?? revision.name
    }

    private static func planned(
        for set: DaemonSetState,
        data: JSONValue,
        number: Int64,
        collisionCount: Int64
    ) -> Revision {
        let hash = RevisionName.hash(of: data, collisionCount: collisionCount)
        var labels = set.template["metadata", "labels"] ?? .emptyObject
        labels[DaemonPod.hashLabel] = .string(hash)
        var metadata: JSONValue = [
            "name": .string(RevisionName.name(set: set.name, hash: hash)),
            "namespace": .string(set.namespace),
            "labels": labels,
            "ownerReferences": [set.pods.ownerReference],
        ]
        metadata["annotations"] = set.object["metadata", "annotations"]
        return Revision([
            "apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": metadata, "data": data,
            "revision": .integer(number),
        ])
    }

    private static func write(_ revision: JSONValue) -> ControllerAction {
        ControllerAction(
            .update(subresource: nil),
            .controllerRevisions,
            ObservedObjects.key(of: revision),
            body: revision
        )
    }

    private static func relabel(_ pod: PodState, hash: String) -> ControllerAction {
        var object = pod.object
        object["metadata", "labels", DaemonPod.hashLabel] = .string(hash)
        return ControllerAction(
            .update(subresource: nil),
            .pods,
            ObservedObjects.key(of: object),
            body: object,
            tolerated: .absence
        )
    }

    private static func delete(_ revision: Revision, of set: DaemonSetState) -> ControllerAction {
        ControllerAction(
            .delete(uid: revision.object.uid),
            .controllerRevisions,
            ObjectName(namespace: set.namespace, name: revision.name),
            tolerated: .absence
        )
    }

    /// Removes the oldest revisions that no pod uses, until no more than the limit are left.
    func truncation(pods: [PodState]) -> [ControllerAction] {
        let excess = self.old.count - self.set.revisionHistoryLimit
        guard self.set.revisionHistoryLimit >= 0, excess > 0 else { return [] }
        let live = Set(pods.map(\.revision))
        return self.old.filter { !live.contains(Self.hash(of: $0, self.set)) }.prefix(excess).map {
            Self.delete($0, of: self.set)
        }
    }
}
