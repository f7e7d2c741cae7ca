// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The node lifecycle controller's decisions: nodes that fall silent, taints that say so, and pods that have to leave.
///
/// A key without a slash names a node, `pod/NAMESPACE/NAME` a pod whose node is tainted or gone. A pod of a silent node is
/// only marked for deletion; its object goes when its kubelet has ended it, or when the node's object is deleted. So nothing
/// that has an identity is ever started twice.
public struct NodeLifecycleReconciler: Reconciler {
    /// What can be chosen.
    public struct Options: Hashable, Sendable {
        /// How long a node may be silent before its state is unknown; upstream's default.
        public var gracePeriod = Duration.seconds(50)
        /// How long pods of a node whose object is gone are left alone; upstream's.
        public var orphanQuarantine = Duration.seconds(40)

        /// The defaults.
        public init() {}
    }

    static let podPrefix = "pod/"

    public let component = "node-controller"
    public let watched: [GroupVersionResource] = [.nodes, .leases, .pods]
    private let options: Options

    /// A controller with these options.
    public init(options: Options = Options()) {
        self.options = options
    }

    static func key(ofPod pod: JSONValue) -> ObjectName {
        ObjectName(namespace: "", name: "\(Self.podPrefix)\(pod.namespace)/\(pod.name)")
    }

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .nodes: return self.keys(forNode: change, in: cache)
        case .leases:
            // The node's own timer finds the new time; only a node that was given up has to hear of it now.
            let key = ObjectName(namespace: "", name: change.object.name)
            guard change.object.namespace == NodeHealth.leaseNamespace,
                let node = cache.object(.nodes, key), node.condition("Ready")?["status"] != "True"
            else { return [] }
            return [key]
        case .pods:
            guard let pod = change.new, change.old?["spec", "nodeName"] != pod["spec", "nodeName"] else { return [] }
            return [Self.key(ofPod: pod)]
        default: return []
        }
    }

    private func keys(forNode change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        let isTold =
            change.old?["spec", "taints"] == change.new?["spec", "taints"] && change.old != nil && change.new != nil
        guard !isTold else { return [change.key] }
        // Most nodes come without taints: their pods have nothing to fear.
        if change.old == nil, change.new?["spec", "taints"]?.array ?? [] == [] { return [change.key] }
        let name = change.object.name
        return [change.key]
            + cache.objects(.pods).filter { $0["spec"]?["nodeName"]?.string == name }.map(Self.key(ofPod:))
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        guard key.name.hasPrefix(Self.podPrefix) else {
            guard let node = cache.object(.nodes, key) else { return ControllerPlan() }
            var health = NodeHealth(node: node, cache: cache, gracePeriod: self.options.gracePeriod, now: now)
            return health.plan()
        }
        let parts = key.name.dropFirst(Self.podPrefix.count).split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2,
            let pod = cache.object(.pods, ObjectName(namespace: parts[0], name: parts[1])),
            let node = pod["spec", "nodeName"]?.string, !node.isEmpty
        else { return ControllerPlan() }
        let eviction = TaintEviction(pod: pod, now: now)
        guard let object = cache.object(.nodes, ObjectName(namespace: "", name: node)) else {
            return eviction.planWithoutNode(quarantine: self.options.orphanQuarantine)
        }
        return eviction.plan(taints: object["spec", "taints"]?.array ?? [])
    }
}
