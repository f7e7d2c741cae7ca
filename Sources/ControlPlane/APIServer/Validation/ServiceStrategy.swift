// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Services (`pkg/registry/core/service/strategy.go`).
struct ServiceStrategy: ResourceStrategy {
    private static let types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]

    func applyDefaults(_ object: inout JSONValue) { ObjectDefaults.apply(toService: &object) }

    func prepareForCreate(_ object: inout JSONValue) {
        object["status"] = nil
        self.completeAddresses(&object)
    }

    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {
        object["status"] = old["status"]
        // A client that knows only one of the two fields means both.
        if object["spec", "clusterIP"] != old["spec", "clusterIP"],
            object["spec", "clusterIPs"] == old["spec", "clusterIPs"]
        {
            object["spec", "clusterIPs"] = nil
        }
        self.completeAddresses(&object)
    }

    private func completeAddresses(_ object: inout JSONValue) {
        guard object["spec", "type"] != "ExternalName" else { return }
        if let address = object["spec", "clusterIP"]?.string, !address.isEmpty {
            object["spec"]?.setDefault("clusterIPs", .array([.string(address)]))
        }
        object["spec"]?.setDefault("ipFamilies", ["IPv4"])
        object["spec"]?.setDefault("ipFamilyPolicy", "SingleStack")
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        let spec = object["spec"] ?? .emptyObject
        let path: FieldPath = "spec"
        let type = spec["type"]?.string ?? ""
        let isHeadless = spec["clusterIP"] == "None"
        var errors: [FieldError] = []
        let ports = spec["ports"]?.array ?? []
        if ports.isEmpty, !isHeadless, type != "ExternalName" { errors.append(.required(path.child("ports"))) }
        if type == "ExternalName" {
            let name = spec["externalName"]?.string ?? ""
            if name.isEmpty {
                errors.append(.required(path.child("externalName")))
            } else {
                let problems = NameRules.dnsSubdomainProblems(name.hasSuffix(".") ? String(name.dropLast()) : name)
                errors += problems.map { .invalid(path.child("externalName"), .string(name), $0) }
            }
        }
        errors += self.portErrors(ports, path.child("ports"))
        errors += MetadataValidation.labelErrors(spec["selector"], path.child("selector"))
        errors += FieldChecks.oneOf(spec["sessionAffinity"], ["ClientIP", "None"], path.child("sessionAffinity"))
        errors += FieldChecks.oneOf(spec["type"], Self.types, path.child("type"))
        for (index, address) in (spec["clusterIPs"]?.array ?? []).enumerated() {
            let text = address.string ?? ""
            guard text != "None", !Self.isAddress(text) else { continue }
            errors.append(
                .invalid(
                    path.child("clusterIPs").index(index),
                    address,
                    "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
                )
            )
        }
        return errors
    }

    private func portErrors(_ ports: [JSONValue], _ path: FieldPath) -> [FieldError] {
        var (errors, names, numbers) = ([FieldError](), Set<String>(), Set<String>())
        for (index, port) in ports.enumerated() {
            let place = path.index(index)
            let name = port["name"]?.string ?? ""
            if name.isEmpty {
                if ports.count > 1 { errors.append(.required(place.child("name"))) }
            } else {
                errors += NameRules.dnsLabelProblems(name).map { .invalid(place.child("name"), .string(name), $0) }
                if !names.insert(name).inserted { errors.append(.duplicate(place.child("name"), .string(name))) }
            }
            let number = port["port"]?.integer ?? 0
            errors += FieldChecks.port(number, place.child("port"))
            errors += FieldChecks.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], place.child("protocol"))
            errors += FieldChecks.port(port["targetPort"], place.child("targetPort"))
            let protocolName = port["protocol"]?.string ?? ""
            if !numbers.insert("\(protocolName)/\(number)").inserted {
                errors.append(
                    FieldError(
                        .duplicate,
                        place.description,
                        value: ["protocol": .string(protocolName), "port": .integer(number)]
                    )
                )
            }
        }
        return errors
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        guard object["spec", "type"] != "ExternalName", old["spec", "type"] != "ExternalName",
            let before = old["spec", "clusterIP"]?.string, !before.isEmpty,
            object["spec", "clusterIPs"]?.array?.first?.string != before
        else { return [] }
        return [.invalid("spec.clusterIPs[0]", object["spec", "clusterIPs"] ?? .null, "may not change once set")]
    }

    func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRules.dnsLabelProblems(isPrefix ? Self.completed(name) : name)
    }

    /// Whether a text is an IPv4 address, or looks like an IPv6 one.
    static func isAddress(_ text: String) -> Bool {
        if text.contains(":") { return text.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && ($0 == "0" || !$0.hasPrefix("0")) }
    }
}

/// Endpoints (`pkg/registry/core/endpoint/strategy.go`).
struct EndpointsStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) { ObjectDefaults.apply(toEndpoints: &object) }
    func prepareForCreate(_ object: inout JSONValue) {}
    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {}

    func validate(_ object: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, subset) in (object["subsets"]?.array ?? []).enumerated() {
            let path = FieldPath("subsets").index(index)
            let lists = ["addresses", "notReadyAddresses"]
            if lists.allSatisfy({ (subset[$0]?.array ?? []).isEmpty }) {
                errors.append(.required(path, "must specify `addresses` or `notReadyAddresses`"))
            }
            for list in lists {
                for (index, address) in (subset[list]?.array ?? []).enumerated() {
                    let text = address["ip"]?.string ?? ""
                    guard !ServiceStrategy.isAddress(text) else { continue }
                    errors.append(
                        .invalid(
                            path.child(list).index(index).child("ip"),
                            .string(text),
                            "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
                        )
                    )
                }
            }
            let ports = subset["ports"]?.array ?? []
            for (index, port) in ports.enumerated() {
                let place = path.child("ports").index(index)
                if ports.count > 1, (port["name"]?.string ?? "").isEmpty {
                    errors.append(.required(place.child("name")))
                }
                errors += FieldChecks.port(port["port"]?.integer ?? 0, place.child("port"))
            }
        }
        return errors
    }
}
