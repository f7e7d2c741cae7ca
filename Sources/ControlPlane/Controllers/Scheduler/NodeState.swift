// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// A node as the scheduler sees it: what it offers and what its pods take.
struct NodeState {
    /// What a pod asks of a node.
    struct Request: Hashable {
        var milliCPU: Int64 = 0
        var memory: Int64 = 0
        var other: [String: Int64] = [:]

        /// The sum of the containers', or the largest init container where that is more.
        init(_ pod: JSONValue) {
            for container in pod["spec"]?["containers"]?.array ?? [] { self.add(container) }
            for container in pod["spec"]?["initContainers"]?.array ?? [] {
                var alone = Request()
                alone.add(container)
                self.milliCPU = max(self.milliCPU, alone.milliCPU)
                self.memory = max(self.memory, alone.memory)
                self.other.merge(alone.other) { max($0, $1) }
            }
        }

        init() {}

        private mutating func add(_ container: JSONValue) {
            for (name, amount) in container["resources"]?["requests"]?.object ?? [:] {
                guard let quantity = Quantity(json: amount) else { continue }
                switch name {
                case "cpu": self.milliCPU += quantity.milliValue
                case "memory": self.memory += quantity.value
                default: self.other[name, default: 0] += quantity.value
                }
            }
        }

        mutating func add(_ request: Request) {
            self.milliCPU += request.milliCPU
            self.memory += request.memory
            self.other.merge(request.other, uniquingKeysWith: +)
        }
    }

    /// A port of the node that a container takes for itself.
    struct HostPort: Hashable {
        let port: Int64
        let transport: String
        let address: String

        static func all(of pod: JSONValue) -> [HostPort] {
            (pod["spec"]?["containers"]?.array ?? []).flatMap { container in
                (container["ports"]?.array ?? []).compactMap { port in
                    guard let number = port["hostPort"]?.integer, number > 0 else { return nil }
                    return HostPort(
                        port: number,
                        transport: port["protocol"]?.string ?? "TCP",
                        address: port["hostIP"]?.string ?? "0.0.0.0"
                    )
                }
            }
        }

        func conflicts(with other: HostPort) -> Bool {
            let isEverywhere = self.address == "0.0.0.0" || other.address == "0.0.0.0"
            return self.port == other.port && self.transport == other.transport
                && (isEverywhere || self.address == other.address)
        }
    }

    let object: JSONValue
    let name: String
    /// What its pods take.
    private(set) var used = Request()
    private(set) var pods: [JSONValue] = []
    /// How many of its pods each owner has.
    private(set) var siblings: [String: Int] = [:]
    /// Its pods that keep others away.
    private(set) var repelling: [JSONValue] = []
    private var hostPorts: [HostPort] = []

    init(_ object: JSONValue) {
        self.object = object
        self.name = object.name
    }

    mutating func add(_ pod: JSONValue) {
        self.used.add(Request(pod))
        self.pods.append(pod)
        if let owner = OwnerReference.controller(of: pod) { self.siblings[owner.uid, default: 0] += 1 }
        if pod["spec"]?["affinity"]?["podAntiAffinity"] != nil { self.repelling.append(pod) }
        self.hostPorts += HostPort.all(of: pod)
    }

    /// Whether a port of the node that the pod asks for is another pod's.
    func lacksPorts(for pod: JSONValue) -> Bool {
        HostPort.all(of: pod).contains { wanted in self.hostPorts.contains(where: wanted.conflicts) }
    }

    /// The value of a topology label.
    func topology(_ key: String) -> String? { self.object["metadata", "labels"]?[key]?.string }

    private func allocatable(_ name: String) -> Quantity? {
        (self.object["status", "allocatable"] ?? self.object["status", "capacity"])?[name].flatMap(Quantity.init(json:))
    }

    /// What of a request the node cannot give, in upstream's words.
    func insufficiencies(for request: Request) -> [String] {
        var reasons: [String] = []
        if let pods = self.allocatable("pods"), Int64(self.pods.count) + 1 > pods.value {
            reasons.append("Too many pods")
        }
        let cpu = self.allocatable("cpu")?.milliValue ?? 0
        if request.milliCPU > 0, self.used.milliCPU + request.milliCPU > cpu { reasons.append("Insufficient cpu") }
        let memory = self.allocatable("memory")?.value ?? 0
        if request.memory > 0, self.used.memory + request.memory > memory { reasons.append("Insufficient memory") }
        for (name, amount) in request.other.sorted(by: { $0.key < $1.key }) where amount > 0 {
            let offered = self.allocatable(name)?.value ?? 0
            if self.used.other[name, default: 0] + amount > offered { reasons.append("Insufficient \(name)") }
        }
        return reasons
    }

    /// The share of CPU and memory that is taken, 0 … 1 each, summed.
    var usedShare: Double {
        let cpu = Double(self.allocatable("cpu")?.milliValue ?? 0)
        let memory = Double(self.allocatable("memory")?.value ?? 0)
        return (cpu > 0 ? Double(self.used.milliCPU) / cpu : 1) + (memory > 0 ? Double(self.used.memory) / memory : 1)
    }

    // MARK: - Taints

    /// The taints that keep pods away; a node that is not Ready counts as tainted, whoever was to write the taint.
    private var taints: [JSONValue] {
        var taints = self.object["spec", "taints"]?.array ?? []
        if let ready = self.object.condition("Ready"), ready["status"] != "True",
            !taints.contains(where: { $0["key"] == "node.kubernetes.io/not-ready" })
        {
            taints.append(["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"])
        }
        return taints.filter { $0["effect"] == "NoSchedule" || $0["effect"] == "NoExecute" }
    }

    func hasUntoleratedTaint(_ pod: JSONValue) -> Bool {
        let tolerations = pod["spec"]?["tolerations"]?.array ?? []
        return self.taints.contains { taint in !tolerations.contains { NodeMatching.tolerates($0, taint) } }
    }

    func isCordoned(for pod: JSONValue) -> Bool {
        guard self.object["spec", "unschedulable"] == true else { return false }
        let taint: JSONValue = ["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]
        return !(pod["spec"]?["tolerations"]?.array ?? []).contains { NodeMatching.tolerates($0, taint) }
    }

    /// Whether `nodeSelector` and the required node affinity choose this node.
    func isChosen(by pod: JSONValue) -> Bool { NodeMatching.isChosen(self.object, by: pod["spec"]) }
}
