// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient
import Synchronization

/// A range of IPv4 addresses.
public struct ServiceAddressRange: Hashable, Sendable {
    /// The first address, which is never given out.
    public var first: String
    /// How many there are.
    public var count: UInt32

    /// A range.
    public init(first: String, count: UInt32) {
        self.first = first
        self.count = count
    }
}

/// Which service addresses and node ports are taken. Reserved before the service is stored, released when that fails.
final class ServiceAddresses: Sendable {
    private struct State {
        var taken: Set<UInt32> = []
        var next: UInt32 = 1
        var nextNodePort: Int64 = 30_000
    }

    /// The ports that upstream gives to services of type NodePort.
    static let nodePorts: ClosedRange<Int64> = 30_000...32_767

    private let base: UInt32
    private let count: UInt32
    private let reserved: UInt32?
    private let state = Mutex(State())

    init(range: ServiceAddressRange, reserved: String?) {
        self.base = Self.number(range.first) ?? 0
        self.count = range.count
        self.reserved = reserved.flatMap(Self.number)
    }

    /// An address that is free; nil when there is none.
    func allocate() -> String? {
        self.state.withLock { state in
            for _ in 0..<self.count {
                let offset = state.next
                state.next = offset + 1 < self.count - 1 ? offset + 1 : 1
                let number = self.base + offset
                if number != self.reserved, state.taken.insert(number).inserted { return Self.text(number) }
            }
            return nil
        }
    }

    /// Takes an address that somebody asks for; returns why not.
    func take(_ address: String) -> String? {
        guard let number = Self.number(address), number > self.base, number < self.base + self.count else {
            let bits = 32 - self.count.trailingZeroBitCount
            return "failed to allocate IP \(address): the provided IP (\(address)) is not in the valid range. "
                + "The range of valid IPs is \(Self.text(self.base))/\(bits)"
        }
        let isFree = self.state.withLock { $0.taken.insert(number).inserted }
        return isFree ? nil : "failed to allocate IP \(address): provided IP is already allocated"
    }

    /// Gives a service's address back.
    func release(_ object: JSONValue) {
        guard object["kind"]?.string == "Service", let address = object["spec", "clusterIP"]?.string,
            let number = Self.number(address)
        else { return }
        self.state.withLock { _ = $0.taken.remove(number) }
    }

    /// A node port to try; services may still hold it.
    func nextNodePort() -> Int64 {
        self.state.withLock { state in
            defer {
                state.nextNodePort = state.nextNodePort < Self.nodePorts.upperBound ? state.nextNodePort + 1 : 30_000
            }
            return state.nextNodePort
        }
    }

    private static func number(_ address: String) -> UInt32? {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        return parts.reduce(UInt32?.some(0)) { sum, part in
            guard let sum, let part else { return nil }
            return sum << 8 | UInt32(part)
        }
    }

    private static func text(_ number: UInt32) -> String {
        "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }
}

extension APIServer {
    /// Gives a service its address and node ports; an update keeps those that it has.
    func allocateAddress(for service: inout JSONValue, old: JSONValue?, _ request: ResolvedRequest) throws(StatusError)
    {
        let type = service["spec", "type"]?.string ?? "ClusterIP"
        guard type != "ExternalName" else { return }
        let held = old?["spec", "clusterIP"]?.string ?? ""
        var address = service["spec", "clusterIP"]?.string ?? ""
        if address.isEmpty { address = held }
        if address.isEmpty {
            let isSimulated = request.options.isDryRun
            guard let free = self.addresses.allocate() else {
                throw .internalError("failed to allocate a serviceIP: range is full")
            }
            address = free
            if isSimulated { self.addresses.release(["kind": "Service", "spec": ["clusterIP": .string(free)]]) }
        } else if address != "None", address != held, old == nil, ServiceStrategy.isAddress(address) {
            if let problem = self.addresses.take(address) {
                let error = FieldError(
                    .invalid,
                    "spec.clusterIPs",
                    value: .array([.string(address)]),
                    detail: problem
                )
                throw .invalid(kind: "Service", group: "", name: service.name, [error])
            }
        }
        service["spec", "clusterIP"] = .string(address)
        if service["spec", "clusterIPs"] == nil { service["spec", "clusterIPs"] = .array([.string(address)]) }
        if service["spec", "ipFamilies"] == nil { service["spec", "ipFamilies"] = ["IPv4"] }
        if service["spec", "ipFamilyPolicy"] == nil { service["spec", "ipFamilyPolicy"] = "SingleStack" }
        if type == "NodePort" || type == "LoadBalancer" { self.allocateNodePorts(for: &service, old: old) }
    }

    private func allocateNodePorts(for service: inout JSONValue, old: JSONValue?) {
        guard var ports = service["spec", "ports"]?.array else { return }
        let services = self.store.read { $0.objects(of: .services, namespace: nil) }
        var taken = Set(services.flatMap { $0["spec", "ports"]?.array ?? [] }.compactMap { $0["nodePort"]?.integer })
        for index in ports.indices where (ports[index]["nodePort"]?.integer ?? 0) == 0 {
            let same = old?["spec", "ports"]?.array?.first { $0["port"] == ports[index]["port"] }
            var port = same?["nodePort"]?.integer ?? 0
            for _ in ServiceAddresses.nodePorts where port == 0 {
                let candidate = self.addresses.nextNodePort()
                if taken.insert(candidate).inserted { port = candidate }
            }
            ports[index]["nodePort"] = .integer(port)
        }
        service["spec", "ports"] = .array(ports)
    }
}
