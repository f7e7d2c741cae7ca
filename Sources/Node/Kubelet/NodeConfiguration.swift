// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import KubernetesAPI

/// A node and its kubelet's settings.
public struct NodeConfiguration: Sendable {
    /// The node's name.
    public var name: String
    /// The node's address, where the kubelet serves.
    public var address: String
    /// The kubelet's port; 0 for any (the node object then says which).
    public var port: Int
    /// Labels beyond the well-known ones.
    public var labels: [String: String]
    /// Taints that the node is registered with.
    public var taints: [Taint]
    /// What the node has: `cpu`, `memory`, `pods`, ….
    public var capacity: [String: Quantity]
    /// The first pause before a container that ended is started again.
    public var backoffInitial: Duration
    /// The longest such pause.
    public var backoffMax: Duration

    /// A node of a name and address; the rest has defaults.
    public init(
        name: String,
        address: String,
        port: Int = 10250,
        labels: [String: String] = [:],
        taints: [Taint] = [],
        capacity: [String: Quantity] = [
            "cpu": Quantity(8), "memory": Quantity(32 << 30, format: .binarySI), "pods": Quantity(110),
        ],
        backoffInitial: Duration = .seconds(10),
        backoffMax: Duration = .seconds(300)
    ) {
        self.name = name
        self.address = address
        self.port = port
        self.labels = labels
        self.taints = taints
        self.capacity = capacity
        self.backoffInitial = backoffInitial
        self.backoffMax = backoffMax
    }
}
