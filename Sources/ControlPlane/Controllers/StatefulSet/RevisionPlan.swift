// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Which revisions a set has, which one is current, which one is wanted, and what to write for that.
struct RevisionPlan: Hashable, Sendable {
    /// The set's revisions as listed, in order; a wanted one that is only planned is not among them.
    let all: [Revision]
    let current: Revision
    let update: Revision
    let collisionCount: Int64
    /// Creates the wanted revision, or gives an old one that is wanted again the highest number.
    let action: ControllerAction?

    /// - Parameters:
    ///   - listed: the set's own revisions.
    ///   - others: every revision of the namespace, to see collisions of names.
    init(set: StatefulSetState, listed: [Revision], others: (String) -> Revision?) {
        let all = listed.sorted(by: Revision.isOrdered)
        let data = Revision.data(of: set.template)
        let next = (all.last?.number ?? 0) + 1
        var collisions = set.status["collisionCount"]?.integer ?? 0

        let update: Revision
        var action: ControllerAction?
        if let newest = all.last, Revision.isSameTemplate(newest.data, data) {
            update = newest
        } else if let equal = all.last(where: { Revision.isSameTemplate($0.data, data) }) {
            var body = equal.object
            body["revision"] = .integer(next)
            update = Revision(body)
            action = ControllerAction(
                .update(subresource: nil),
                .controllerRevisions,
                Self.key(of: update, in: set),
                body: body
            )
        } else {
            var planned = Self.planned(for: set, data: data, number: next, collisionCount: collisions)
            while let taken = others(planned.name), taken.data != data {
                collisions += 1
                planned = Self.planned(for: set, data: data, number: next, collisionCount: collisions)
            }
            if let existing = others(planned.name) {
                update = existing
            } else {
                update = planned
                action = ControllerAction(
                    .create,
                    .controllerRevisions,
                    Self.key(of: planned, in: set),
                    body: planned.object
                )
            }
        }
        let currentName = set.status["currentRevision"]?.string
        self.all = all
        self.update = update
        self.current = all.first { $0.name == currentName } ?? update
        self.collisionCount = collisions
        self.action = action
    }

    private static func key(of revision: Revision, in set: StatefulSetState) -> ObjectName {
        ObjectName(namespace: set.namespace, name: revision.name)
    }

    private static func planned(
        for set: StatefulSetState,
        data: JSONValue,
        number: Int64,
        collisionCount: Int64
    ) -> Revision {
        let hash = RevisionName.hash(of: data, collisionCount: collisionCount)
        var metadata: JSONValue = [
            "name": .string(RevisionName.name(set: set.name, hash: hash)),
            "namespace": .string(set.namespace),
            "ownerReferences": [set.ownerReference],
        ]
        var labels = set.template["metadata", "labels"] ?? .emptyObject
        labels["controller.kubernetes.io/hash"] = .string(hash)
        metadata["labels"] = labels
        metadata["annotations"] = set.object["metadata", "annotations"]
        return Revision([
            "apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": metadata, "data": data,
            "revision": .integer(number),
        ])
    }

    /// Removes the oldest revisions that nothing uses, until no more than the limit are left.
    func truncation(set: StatefulSetState, pods: [PodState]) -> [ControllerAction] {
        guard set.revisionHistoryLimit >= 0 else { return [] }
        let live = Set(pods.map(\.revision)).union([self.current.name, self.update.name])
        let history = self.all.filter { !live.contains($0.name) }
        return history.dropLast(set.revisionHistoryLimit).map { revision in
            ControllerAction(
                .delete(uid: revision.object.uid),
                .controllerRevisions,
                Self.key(of: revision, in: set),
                tolerated: .absence
            )
        }
    }
}
