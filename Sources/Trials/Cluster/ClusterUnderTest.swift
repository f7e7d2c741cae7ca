// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import KubernetesClient
public import NameResolution

/// A cluster as trials know it: its API, its names, and what can be done to it.
///
/// The controlled cluster conforms now; one behind a kubeconfig can later. A step whose capability is missing is refused
/// before anything starts.
public protocol ClusterUnderTest: Sendable {
    /// The Kubernetes API.
    var client: KubernetesClient { get }
    /// Finds the addresses of services and pods from outside the pods.
    var resolver: Resolver { get }
    /// What ``inject(_:)`` can do here.
    var capabilities: Set<Fault.Capability> { get }
    /// Does something unkind to the cluster.
    /// - Throws: when the target is not there.
    func inject(_ fault: Fault) async throws
}

/// Something unkind that a cluster can be asked to do to itself.
public enum Fault: Hashable, Sendable {
    /// The kind of fault, for what a cluster says it can do.
    public enum Capability: String, Hashable, Sendable, CaseIterable {
        /// Signals to the processes of a pod.
        case signals
    }

    /// A signal to the first process of each container of a pod.
    case signal(CInt, pod: String, namespace: String)
}

extension Trial.Step {
    /// What a cluster needs to be able to do for this step; nil when the API suffices.
    var capability: Fault.Capability? {
        switch self {
        case .killLeader, .killPod: .signals
        case .patch, .rollout, .deletePod, .pause, .drain, .wait: nil
        case .repeated(_, let steps): steps.lazy.compactMap(\.capability).first
        }
    }
}
