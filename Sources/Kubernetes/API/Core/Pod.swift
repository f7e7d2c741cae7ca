// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A group of containers on one node.
public struct Pod: KubernetesObject {
    public static let kind = "Pod"
    public static let resource = GroupVersionResource.pods

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: PodSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: PodStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// What a pod is to be.
public struct PodSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The volumes that containers can mount.
    public var volumes: [Volume] {
        get { self[views: "volumes"] }
        set { self[views: "volumes"] = newValue }
    }
    /// The containers that run side by side.
    public var containers: [Container] {
        get { self[views: "containers"] }
        set { self[views: "containers"] = newValue }
    }
    /// The containers that run before them, one after the other.
    public var initContainers: [Container] {
        get { self[views: "initContainers"] }
        set { self[views: "initContainers"] = newValue }
    }
    /// `Always`, `OnFailure` or `Never`.
    public var restartPolicy: String {
        get { self[text: "restartPolicy"] }
        set { self[text: "restartPolicy"] = newValue }
    }
    /// Seconds from SIGTERM to SIGKILL.
    public var terminationGracePeriodSeconds: Int64? {
        get { self[integer: "terminationGracePeriodSeconds"] }
        set { self[integer: "terminationGracePeriodSeconds"] = newValue }
    }
    /// Seconds after its start when the pod is ended.
    public var activeDeadlineSeconds: Int64? {
        get { self[integer: "activeDeadlineSeconds"] }
        set { self[integer: "activeDeadlineSeconds"] = newValue }
    }
    /// Where names are resolved, such as `ClusterFirst`.
    public var dnsPolicy: String {
        get { self[text: "dnsPolicy"] }
        set { self[text: "dnsPolicy"] = newValue }
    }
    /// The labels that its node must have.
    public var nodeSelector: [String: String] {
        get { self[textMap: "nodeSelector"] }
        set { self[textMap: "nodeSelector"] = newValue }
    }
    /// The node it is bound to; empty before it is scheduled.
    public var nodeName: String {
        get { self[text: "nodeName"] }
        set { self[text: "nodeName"] = newValue }
    }
    /// Whether it shares its node's network.
    public var hostNetwork: Bool {
        get { self[flag: "hostNetwork"] }
        set { self[flag: "hostNetwork"] = newValue }
    }
    /// Its host name; empty for its own name.
    public var hostname: String {
        get { self[text: "hostname"] }
        set { self[text: "hostname"] = newValue }
    }
    /// The headless service that publishes its host name.
    public var subdomain: String {
        get { self[text: "subdomain"] }
        set { self[text: "subdomain"] = newValue }
    }
    /// Whether its host name is the fully qualified one.
    public var setHostnameAsFQDN: Bool {
        get { self[flag: "setHostnameAsFQDN"] }
        set { self[flag: "setHostnameAsFQDN"] = newValue }
    }
    /// Which nodes and which neighbours it needs or prefers.
    public var affinity: Affinity? {
        get { self[optionalView: "affinity"] }
        set { self[optionalView: "affinity"] = newValue }
    }
    /// Who binds it to a node.
    public var schedulerName: String {
        get { self[text: "schedulerName"] }
        set { self[text: "schedulerName"] = newValue }
    }
    /// The taints that it tolerates.
    public var tolerations: [Toleration] {
        get { self[views: "tolerations"] }
        set { self[views: "tolerations"] = newValue }
    }
    /// The account that it runs as.
    public var serviceAccountName: String {
        get { self[text: "serviceAccountName"] }
        set { self[text: "serviceAccountName"] = newValue }
    }
    /// Its priority for the scheduler.
    public var priority: Int64? {
        get { self[integer: "priority"] }
        set { self[integer: "priority"] = newValue }
    }
    /// Conditions beside the containers' that make it ready.
    public var readinessGates: JSONValue? {
        get { self.json["readinessGates"] }
        set { self.json["readinessGates"] = newValue }
    }
    /// Resources that the sandbox itself takes.
    public var overhead: [String: Quantity] {
        get { self[quantities: "overhead"] }
        set { self[quantities: "overhead"] = newValue }
    }
}

/// What a kubelet observed of a pod.
public struct PodStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The generation of the spec that was acted upon.
    public var observedGeneration: Int64? {
        get { self[integer: "observedGeneration"] }
        set { self[integer: "observedGeneration"] = newValue }
    }
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    public var phase: String {
        get { self[text: "phase"] }
        set { self[text: "phase"] = newValue }
    }
    /// Its conditions, such as `Ready`.
    public var conditions: [Condition] {
        get { self[views: "conditions"] }
        set { self[views: "conditions"] = newValue }
    }
    /// Why it is in this phase, for people.
    public var message: String {
        get { self[text: "message"] }
        set { self[text: "message"] = newValue }
    }
    /// Why it is in this phase, in one word, such as `Evicted`.
    public var reason: String {
        get { self[text: "reason"] }
        set { self[text: "reason"] = newValue }
    }
    /// The node on which room is being made for it.
    public var nominatedNodeName: String {
        get { self[text: "nominatedNodeName"] }
        set { self[text: "nominatedNodeName"] = newValue }
    }
    /// The address of its node.
    public var hostIP: String {
        get { self[text: "hostIP"] }
        set { self[text: "hostIP"] = newValue }
    }
    /// The addresses of its node, as `{ip}` objects.
    public var hostIPs: JSONValue? {
        get { self.json["hostIPs"] }
        set { self.json["hostIPs"] = newValue }
    }
    /// Its address; empty before it has one.
    public var podIP: String {
        get { self[text: "podIP"] }
        set { self[text: "podIP"] = newValue }
    }
    /// Its addresses, as `{ip}` objects.
    public var podIPs: JSONValue? {
        get { self.json["podIPs"] }
        set { self.json["podIPs"] = newValue }
    }
    /// When the kubelet took it up.
    public var startTime: KubernetesTime? {
        get { self[time: "startTime"] }
        set { self[time: "startTime"] = newValue }
    }
    /// The states of its init containers.
    public var initContainerStatuses: [ContainerStatus] {
        get { self[views: "initContainerStatuses"] }
        set { self[views: "initContainerStatuses"] = newValue }
    }
    /// The states of its containers.
    public var containerStatuses: [ContainerStatus] {
        get { self[views: "containerStatuses"] }
        set { self[views: "containerStatuses"] = newValue }
    }
    /// `Guaranteed`, `Burstable` or `BestEffort`.
    public var qosClass: String {
        get { self[text: "qosClass"] }
        set { self[text: "qosClass"] = newValue }
    }
}
