// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// EndpointSlices (`pkg/registry/discovery/endpointslice/strategy.go`, `pkg/apis/discovery/validation/validation.go`).
struct EndpointSliceStrategy: ResourceStrategy {
    private static let endpointsMax = 1_000
    private static let addressTypes = ["FQDN", "IPv4", "IPv6"]

    func applyDefaults(_ object: inout JSONValue) {
        object.changeEach("ports") { port in
            port.setDefault("name", "")
            port.setDefault("protocol", "TCP")
        }
    }

    func prepareForCreate(_ object: inout JSONValue) { object["metadata", "generation"] = 1 }

    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {
        let fields = ["endpoints", "ports", "addressType"]
        guard fields.contains(where: { object[$0] != old[$0] }) else { return }
        object["metadata", "generation"] = .integer((old["metadata", "generation"]?.integer ?? 0) + 1)
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        var errors = FieldChecks.oneOf(object["addressType"], Self.addressTypes, "addressType")
        let endpoints = object["endpoints"]?.array ?? []
        if endpoints.count > Self.endpointsMax {
            let text = "must have at most \(Self.endpointsMax) items"
            errors.append(FieldError(.tooMany, "endpoints", value: .integer(Int64(endpoints.count)), detail: text))
        }
        let isAddress = ["IPv4", "IPv6"].contains(object["addressType"]?.string ?? "")
        for (index, endpoint) in endpoints.enumerated() {
            let path = FieldPath("endpoints").index(index)
            let addresses = endpoint["addresses"]?.array ?? []
            if addresses.isEmpty {
                errors.append(.required(path.child("addresses"), "must contain at least 1 address"))
            }
            for (number, address) in addresses.enumerated() where isAddress {
                guard !ServiceStrategy.isAddress(address.string ?? "") else { continue }
                let text = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
                errors.append(.invalid(path.child("addresses").index(number), address, text))
            }
            if let host = endpoint["hostname"]?.string, !host.isEmpty {
                errors += NameRules.dnsLabelProblems(host).map { .invalid(path.child("hostname"), .string(host), $0) }
            }
        }
        return errors + self.portErrors(object["ports"]?.array ?? [])
    }

    private func portErrors(_ ports: [JSONValue]) -> [FieldError] {
        var (errors, names) = ([FieldError](), Set<String>())
        for (index, port) in ports.enumerated() {
            let path = FieldPath("ports").index(index)
            let name = port["name"]?.string ?? ""
            if !name.isEmpty {
                errors += NameRules.dnsLabelProblems(name).map { .invalid(path.child("name"), .string(name), $0) }
            }
            if !names.insert(name).inserted { errors.append(.duplicate(path.child("name"), .string(name))) }
            errors += FieldChecks.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], path.child("protocol"))
        }
        return errors
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        FieldChecks.immutable("addressType", of: object, old, nil)
    }
}
