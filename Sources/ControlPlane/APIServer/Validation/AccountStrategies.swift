// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import KubernetesAPI

/// Secrets (`pkg/registry/core/secret/strategy.go`, `ValidateSecret`).
struct SecretStrategy: ResourceStrategy {
    private static let bytesMax = 1 << 20
    /// What secrets of a type must have.
    private static let requiredKeys = [
        "kubernetes.io/dockercfg": [".dockercfg"], "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
        "kubernetes.io/ssh-auth": ["ssh-privatekey"], "kubernetes.io/tls": ["tls.crt", "tls.key"],
    ]

    func applyDefaults(_ object: inout JSONValue) {
        object.setDefaultText("type", "Opaque")
        // Texts are a convenience of writers: what is stored is data.
        for (key, text) in object["stringData"]?.object ?? JSONObject() {
            object["data", key] = .string(Data((text.string ?? "").utf8).base64EncodedString())
        }
        object["stringData"] = nil
    }

    func prepareForCreate(_ object: inout JSONValue) {}

    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {
        // A replacement that says nothing of the type means the old one.
        if object["type"] == "Opaque", let type = old["type"], type != "Opaque" { object["type"] = type }
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        var (errors, total) = ([FieldError](), 0)
        for (key, value) in object["data"]?.object ?? JSONObject() {
            errors += NameRules.configKeyProblems(key).map { .invalid(FieldPath("data").key(key), .string(key), $0) }
            total += Data(base64Encoded: value.string ?? "")?.count ?? 0
        }
        if total > Self.bytesMax { errors.append(.tooLong("data", maxBytes: Self.bytesMax)) }
        let type = object["type"]?.string ?? ""
        let account = "kubernetes.io/service-account.name"
        if type == "kubernetes.io/service-account-token",
            (object["metadata", "annotations", account]?.string ?? "").isEmpty
        {
            errors.append(.required(FieldPath("metadata.annotations").key(account)))
        }
        for key in Self.requiredKeys[type] ?? [] where object["data", key] == nil {
            errors.append(.required(FieldPath("data").key(key)))
        }
        if type == "kubernetes.io/basic-auth", object["data", "username"] == nil, object["data", "password"] == nil {
            errors.append(.required(FieldPath("data").key("username")))
            errors.append(.required(FieldPath("data").key("password")))
        }
        return errors
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        var errors = FieldChecks.immutable("type", of: object, old, nil)
        guard old["immutable"]?.bool == true else { return errors }
        let text = "field is immutable when `immutable` is set"
        if object["immutable"]?.bool != true { errors.append(.forbidden("immutable", text)) }
        if object["data"] != old["data"] { errors.append(.forbidden("data", text)) }
        return errors
    }
}

/// ServiceAccounts.
struct ServiceAccountStrategy: ResourceStrategy {
    func prepareForCreate(_ object: inout JSONValue) {}
    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {}
}

/// PriorityClasses (`pkg/apis/scheduling/validation/validation.go`).
struct PriorityClassStrategy: ResourceStrategy {
    private static let valueMax: Int64 = 1_000_000_000
    /// Those of the system, which may be higher than others.
    static let system: [(name: String, value: Int64, description: String)] = [
        (
            "system-cluster-critical", 2_000_000_000,
            "For pods the cluster cannot do without, on whatever node they are."
        ),
        ("system-node-critical", 2_000_001_000, "For pods that their node cannot do without; none is more important."),
    ]

    func applyDefaults(_ object: inout JSONValue) {
        object.setDefaultText("preemptionPolicy", "PreemptLowerPriority")
    }

    func prepareForCreate(_ object: inout JSONValue) { object["metadata", "generation"] = 1 }
    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {}

    func validate(_ object: JSONValue) -> [FieldError] {
        let (name, value) = (object.name, object["value"]?.integer ?? 0)
        var errors: [FieldError] = []
        if name.hasPrefix("system-") {
            if !Self.system.contains(where: { $0.name == name && $0.value == value }) {
                let text = "priority class names with 'system-' prefix are reserved for system use only. error: "
                errors.append(.forbidden("metadata.name", text + "\(name) is not a known system priority class"))
            }
        } else if value > Self.valueMax {
            let text = "maximum allowed value of a user defined priority is \(Self.valueMax)"
            errors.append(.forbidden("value", text))
        }
        return errors
            + FieldChecks.oneOf(object["preemptionPolicy"], ["Never", "PreemptLowerPriority"], "preemptionPolicy")
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        ["value", "preemptionPolicy"].flatMap { field -> [FieldError] in
            if field == "value" {
                let isSame = object[field] == old[field]
                return isSame ? [] : [.forbidden("value", "may not be changed in an update.")]
            }
            return FieldChecks.immutable(field, of: object, old, nil)
        }
    }
}

/// Leases (`pkg/apis/coordination/validation/validation.go`).
struct LeaseStrategy: ResourceStrategy {
    func prepareForCreate(_ object: inout JSONValue) {}
    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {}

    func validate(_ object: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        if let seconds = object["spec", "leaseDurationSeconds"]?.integer, seconds <= 0 {
            errors.append(.invalid("spec.leaseDurationSeconds", .integer(seconds), "must be greater than 0"))
        }
        return errors + FieldChecks.nonNegative(object["spec", "leaseTransitions"], "spec.leaseTransitions")
    }
}
