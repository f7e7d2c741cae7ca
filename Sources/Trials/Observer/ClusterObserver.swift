// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient
import Verification

/// Records every change of the objects that verdicts are made of, until its task is cancelled.
struct ClusterObserver: Sendable {
    private let caches: [ObjectCache]
    private let pods: ObjectCache
    private let sets: ObjectCache

    init(client: KubernetesClient, log: EventLog) {
        let record: @Sendable (CacheChange) -> Void = { change in
            switch change {
            case .added(let object): log.record(.object(type: "ADDED", object))
            case .updated(_, let object): log.record(.object(type: "MODIFIED", object))
            case .deleted(let object): log.record(.object(type: "DELETED", object))
            }
        }
        func cache<Object: KubernetesObject>(_ type: Object.Type) -> ObjectCache {
            ObjectCache(.init(type), transport: client.transport, onChange: record)
        }
        self.pods = cache(Pod.self)
        self.sets = cache(StatefulSet.self)
        self.caches = [
            self.pods, self.sets, cache(PodDisruptionBudget.self), cache(ControllerRevision.self),
            cache(PersistentVolumeClaim.self), cache(Event.self), cache(Node.self), cache(Service.self),
            cache(Endpoints.self),
        ]
    }

    func run() async {
        await withDiscardingTaskGroup { group in
            for cache in self.caches {
                group.addTask { await cache.run() }
            }
        }
    }

    /// Returns once everything that existed at the start is known.
    func waitUntilSynced() async {
        for cache in self.caches {
            await cache.waitUntilSynced()
        }
    }

    /// The pods as last seen.
    var currentPods: [Pod] { self.pods.objects(Pod.self) }

    /// The StatefulSet of that name as last seen.
    func set(_ name: String, namespace: String) -> StatefulSet? {
        self.sets.object(StatefulSet.self, name, namespace: namespace)
    }

    /// Every StatefulSet as last seen.
    var currentSets: [StatefulSet] { self.sets.objects(StatefulSet.self) }

    /// All objects as last seen, for the report.
    var objects: [JSONValue] { self.caches.flatMap(\.objects) }
}
