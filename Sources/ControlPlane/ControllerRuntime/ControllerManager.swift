// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Controllers
import Foundation
import JSON
import KubernetesAPI
public import KubernetesClient

/// Why a key of a controller waits, told when that changes.
public struct WaitingReport: Hashable, Sendable {
    /// The controller's component, such as `statefulset-controller`.
    public var controller: String
    /// What it syncs.
    public var key: ObjectName
    /// Why it waits; nil when it no longer does.
    public var reason: WaitingReason?
}

/// Runs controllers against an API server, over any transport.
public struct ControllerManager: Sendable {
    /// A controller that can be run.
    public enum Controller: String, Hashable, Sendable, CaseIterable {
        case statefulSet, daemonSet, deployment, replicaSet, job, disruption, endpoints, endpointSlices
        case persistentVolume, garbageCollector, scheduler, nodeLifecycle, serviceAccounts, rootCertificates
    }

    /// What can be chosen.
    public struct Options: Hashable, Sendable {
        /// Which controllers run; all by default.
        public var controllers = Set(Controller.allCases)
        /// The StatefulSet controller's options, rolling updates under the budget among them.
        public var statefulSet = StatefulSetReconciler.Options()
        /// How soon a silent node is given up.
        public var nodeLifecycle = NodeLifecycleReconciler.Options()
        /// What `kube-root-ca.crt` holds, PEM text.
        public var rootCertificates = ""
        /// The wall time at the start; nil for the machine's clock.
        public var wallTime: WallTime?

        /// The defaults.
        public init() {}
    }

    private let client: KubernetesClient
    private let options: Options
    private let onWaiting: @Sendable (WaitingReport) -> Void

    /// A manager of controllers.
    /// - Parameters:
    ///   - client: the cluster.
    ///   - onWaiting: takes the reasons why controllers wait; it must return at once.
    public init(
        client: KubernetesClient,
        options: Options = Options(),
        onWaiting: @escaping @Sendable (WaitingReport) -> Void = { _ in }
    ) {
        self.client = client
        self.options = options
        self.onWaiting = onWaiting
    }

    /// The decisions of a controller under these options.
    private func reconciler(_ controller: Controller) -> any Reconciler {
        switch controller {
        case .statefulSet: StatefulSetReconciler(options: self.options.statefulSet)
        case .daemonSet: DaemonSetReconciler()
        case .deployment: DeploymentReconciler()
        case .replicaSet: ReplicaSetReconciler()
        case .job: JobReconciler()
        case .disruption: DisruptionReconciler()
        case .endpoints: EndpointsReconciler()
        case .endpointSlices: EndpointSliceReconciler()
        case .persistentVolume: PersistentVolumeReconciler()
        case .garbageCollector: GarbageCollectorReconciler()
        case .scheduler: SchedulerReconciler()
        case .nodeLifecycle: NodeLifecycleReconciler(options: self.options.nodeLifecycle)
        case .serviceAccounts: NamespacePublisher.serviceAccount
        case .rootCertificates: NamespacePublisher.rootCertificates(self.options.rootCertificates)
        }
    }

    /// Runs the controllers until the task is cancelled; then lets requests in flight end.
    public func run() async throws {
        let wallTime =
            self.options.wallTime
            ?? WallTime(nanoseconds: Int64(Date().timeIntervalSince1970 * 1_000_000) * 1000)
        let clock = ControllerClock(wallTime: wallTime)
        let recorder = EventRecorder(client: self.client, now: clock.wallTime)
        let runners = Controller.allCases.filter(self.options.controllers.contains).map { controller in
            ControllerRunner(
                reconciler: self.reconciler(controller),
                client: self.client,
                recorder: recorder,
                onWaiting: self.onWaiting
            )
        }
        let caches = self.caches(for: runners)
        await withDiscardingTaskGroup { group in
            group.addTask { await recorder.run() }
            for cache in caches.values { group.addTask { await cache.run() } }
            for runner in runners {
                group.addTask { await runner.run(clock: clock) }
                group.addTask {
                    for resource in runner.reconciler.watched { await caches[resource]?.waitUntilSynced() }
                    runner.post(.synced)
                }
            }
        }
        try Task.checkCancellation()
    }

    /// One watch a kind, shared by the controllers that want it.
    private func caches(for runners: [ControllerRunner]) -> [GroupVersionResource: ObjectCache] {
        var caches: [GroupVersionResource: ObjectCache] = [:]
        for resource in Set(runners.flatMap(\.reconciler.watched)) {
            let readers = runners.filter { $0.reconciler.watched.contains(resource) }
            guard let source = Self.source(of: resource) else {
                preconditionFailure("\(resource) is watched by a controller, but has no view type here")
            }
            caches[resource] = ObjectCache(source, transport: self.client.transport) { change in
                let event = ControllerMachine.Event.changed(ObjectChange(resource: resource, change))
                for reader in readers { reader.post(event) }
            }
        }
        return caches
    }

    /// The collection of a kind over all namespaces.
    private static func source(of resource: GroupVersionResource) -> ObjectCache.Source? {
        switch resource {
        case .pods: ObjectCache.Source(Pod.self)
        case .nodes: ObjectCache.Source(Node.self)
        case .services: ObjectCache.Source(Service.self)
        case .endpoints: ObjectCache.Source(Endpoints.self)
        case .configMaps: ObjectCache.Source(ConfigMap.self)
        case .persistentVolumeClaims: ObjectCache.Source(PersistentVolumeClaim.self)
        case .persistentVolumes: ObjectCache.Source(PersistentVolume.self)
        case .storageClasses: ObjectCache.Source(StorageClass.self)
        case .statefulSets: ObjectCache.Source(StatefulSet.self)
        case .daemonSets: ObjectCache.Source(DaemonSet.self)
        case .deployments: ObjectCache.Source(Deployment.self)
        case .replicaSets: ObjectCache.Source(ReplicaSet.self)
        case .jobs: ObjectCache.Source(Job.self)
        case .secrets: ObjectCache.Source(Secret.self)
        case .namespaces: ObjectCache.Source(Namespace.self)
        case .serviceAccounts: ObjectCache.Source(ServiceAccount.self)
        case .endpointSlices: ObjectCache.Source(EndpointSlice.self)
        case .leases: ObjectCache.Source(Lease.self)
        case .controllerRevisions: ObjectCache.Source(ControllerRevision.self)
        case .podDisruptionBudgets: ObjectCache.Source(PodDisruptionBudget.self)
        default: nil
        }
    }
}

extension ObjectChange {
    fileprivate init(resource: GroupVersionResource, _ change: CacheChange) {
        switch change {
        case .added(let object): self.init(resource: resource, old: nil, new: object)
        case .updated(let old, let new): self.init(resource: resource, old: old, new: new)
        case .deleted(let object): self.init(resource: resource, old: object, new: nil)
        }
    }
}
