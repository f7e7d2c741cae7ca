// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// The subsets of a Service's Endpoints: addresses that offer the same ports, in upstream's canonical form.
struct EndpointSubsets {
    /// An address of one pod.
    private struct Address: Hashable {
        var json: JSONValue
        var ip: String
        var uid: String
        var isReady: Bool
    }

    private let service: JSONValue
    /// Which addresses offer a port; the port is nil for a headless service without ports.
    private var addresses: [JSONValue?: [Address]] = [:]

    init(service: JSONValue, pods: [JSONValue]) {
        self.service = service
        let selector = ObjectSelector(map: service["spec", "selector"])
        let publishesUnready = service["spec", "publishNotReadyAddresses"]?.bool ?? false
        let ports = service["spec", "ports"]?.array ?? []
        for pod in pods where selector.matches(pod) {
            guard let address = self.address(of: pod, publishesUnready: publishesUnready) else { continue }
            if ports.isEmpty, EndpointsReconciler.isHeadless(service) {
                self.addresses[nil, default: []].append(address)
            }
            for port in ports {
                guard let number = Self.number(of: port, on: pod) else { continue }
                self.addresses[Self.endpointPort(port, number), default: []].append(address)
            }
        }
    }

    private func address(of pod: JSONValue, publishesUnready: Bool) -> Address? {
        let phase = pod["status", "phase"]?.string ?? ""
        guard phase != "Failed", phase != "Succeeded", let ip = pod["status", "podIP"]?.string, !ip.isEmpty,
            publishesUnready || !pod.isTerminating
        else { return nil }
        var json: JSONValue = [
            "ip": .string(ip),
            "targetRef": [
                "kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid),
            ],
        ]
        json["nodeName"] = pod["spec", "nodeName"]
        if let hostname = pod["spec", "hostname"]?.string, !hostname.isEmpty,
            pod["spec", "subdomain"]?.string == self.service.name
        {
            json["hostname"] = .string(hostname)
        }
        let isReady = publishesUnready || pod.condition("Ready")?["status"] == "True"
        return Address(json: json, ip: ip, uid: pod.uid, isReady: isReady)
    }

    /// The number of a service's port on a pod: its targetPort, or that of the container port of that name.
    static func number(of port: JSONValue, on pod: JSONValue) -> JSONValue? {
        let target = port["targetPort"] ?? port["port"]
        if let number = target?.integer { return .integer(number == 0 ? port["port"]?.integer ?? 0 : number) }
        let transport = port["protocol"]?.string ?? "TCP"
        for container in pod["spec", "containers"]?.array ?? [] {
            for offered in container["ports"]?.array ?? []
            where offered["name"] == target && offered["protocol"]?.string ?? "TCP" == transport {
                return offered["containerPort"]
            }
        }
        return nil
    }

    static func endpointPort(_ port: JSONValue, _ number: JSONValue) -> JSONValue {
        var json: JSONValue = ["port": number, "protocol": port["protocol"] ?? "TCP"]
        if let name = port["name"]?.string, !name.isEmpty { json["name"] = .string(name) }
        json["appProtocol"] = port["appProtocol"]
        return json
    }

    /// Ports with the same addresses share a subset; addresses are sorted by address and uid, ports by name and number.
    var json: [JSONValue] {
        var portsByAddresses: [[Address]: [JSONValue]] = [:]
        for (port, addresses) in self.addresses {
            let sorted = Set(addresses).sorted { ($0.ip, $0.uid) < ($1.ip, $1.uid) }
            portsByAddresses[sorted, default: []] += port.map { [$0] } ?? []
        }
        func order(_ port: JSONValue) -> (String, Int64) { (port["name"]?.string ?? "", port["port"]?.integer ?? 0) }
        let subsets = portsByAddresses.map { addresses, ports -> JSONValue in
            var subset = JSONValue.emptyObject
            let (ready, unready) = (addresses.filter(\.isReady), addresses.filter { !$0.isReady })
            if !ready.isEmpty { subset["addresses"] = .array(ready.map(\.json)) }
            if !unready.isEmpty { subset["notReadyAddresses"] = .array(unready.map(\.json)) }
            if !ports.isEmpty { subset["ports"] = .array(ports.sorted { order($0) < order($1) }) }
            return subset
        }
        return subsets.sorted { left, right in
            let (first, second) = (left["ports"]?.array?.first, right["ports"]?.array?.first)
            let (leftOrder, rightOrder) = (first.map(order) ?? ("", 0), second.map(order) ?? ("", 0))
            return leftOrder == rightOrder ? left.text < right.text : leftOrder < rightOrder
        }

    }
}
