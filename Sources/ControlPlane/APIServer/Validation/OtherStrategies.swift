// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Disruption budgets (`pkg/registry/policy/poddisruptionbudget/strategy.go`, `pkg/apis/policy/validation/validation.go`).
struct BudgetStrategy: ResourceStrategy {
    func prepareForCreate(_ object: inout JSONValue) {
        object["status"] = nil
        object["metadata", "generation"] = 1
    }

    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {
        object["status"] = old["status"]
        self.countGeneration(&object, old: old)
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        let spec = object["spec"] ?? .emptyObject
        let path: FieldPath = "spec"
        var errors: [FieldError] = []
        let (least, most) = (spec["minAvailable"], spec["maxUnavailable"])
        if let least, let most {
            let selector = spec["selector"]?.text ?? "null"
            let policy = spec["unhealthyPodEvictionPolicy"]?.text ?? "null"
            let shown =
                "{\"MinAvailable\":\(least.text),\"Selector\":\(selector),\"MaxUnavailable\":\(most.text),"
                + "\"UnhealthyPodEvictionPolicy\":\(policy)}"
            errors.append(.invalid(path, shown: shown, "minAvailable and maxUnavailable cannot be both set"))
        }
        errors += FieldChecks.numberOrPercentage(least, path.child("minAvailable"))
        errors += FieldChecks.numberOrPercentage(most, path.child("maxUnavailable"))
        errors += FieldChecks.selector(spec["selector"], path.child("selector"))
        errors += FieldChecks.oneOf(
            spec["unhealthyPodEvictionPolicy"],
            ["AlwaysAllow", "IfHealthyBudget"],
            path.child("unhealthyPodEvictionPolicy"),
            required: false
        )
        return errors
    }

    /// Upstream checks only that a budget's name can be a part of a path.
    func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        if name == "." || name == ".." { return ["may not be '\(name)'"] }
        return ["/", "%"].filter(name.contains).map { "may not contain '\($0)'" }
    }

    func validateStatusUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"].flatMap {
            FieldChecks.nonNegative(object["status"]?[$0], FieldPath("status").child($0))
        }
    }
}

/// ConfigMaps.
struct ConfigMapStrategy: ResourceStrategy {
    private static let bytesMax = 1 << 20

    func prepareForCreate(_ object: inout JSONValue) {}
    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {}

    func validate(_ object: JSONValue) -> [FieldError] {
        var (errors, total) = ([FieldError](), 0)
        for field in ["data", "binaryData"] {
            for (key, value) in object[field]?.object ?? JSONObject() {
                let path = FieldPath(field).key(key)
                errors += NameRules.configKeyProblems(key).map { .invalid(path, .string(key), $0) }
                if field == "data", object["binaryData", key] != nil {
                    errors.append(.invalid(path, .string(key), "duplicate of key present in binaryData"))
                }
                total += (value.string ?? "").utf8.count
            }
        }
        if total > Self.bytesMax { errors.append(.tooLong("[]", maxBytes: Self.bytesMax)) }
        return errors
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        guard old["immutable"]?.bool == true else { return [] }
        let text = "field is immutable when `immutable` is set"
        var errors: [FieldError] = []
        if object["immutable"]?.bool != true { errors.append(.forbidden("immutable", text)) }
        for field in ["data", "binaryData"] where object[field] != old[field] {
            errors.append(.forbidden(FieldPath(field), text))
        }
        return errors
    }
}

/// Namespaces.
struct NamespaceStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) { ObjectDefaults.apply(toNamespace: &object) }

    func prepareForCreate(_ object: inout JSONValue) {
        // A generated name is known only now.
        ObjectDefaults.apply(toNamespace: &object)
        object["status"] = ["phase": "Active"]
        let finalizers = object["spec", "finalizers"]?.array ?? []
        if !finalizers.contains("kubernetes") { object["spec", "finalizers"] = .array(finalizers + ["kubernetes"]) }
    }

    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {
        object["spec", "finalizers"] = old["spec", "finalizers"]
        object["status"] = old["status"]
    }

    func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRules.dnsLabelProblems(isPrefix ? Self.completed(name) : name)
    }
}

/// Nodes: their status may come with them, since kubelets register themselves so.
struct NodeStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) { ObjectDefaults.apply(toNode: &object) }
    func prepareForCreate(_ object: inout JSONValue) {}

    func validate(_ object: JSONValue) -> [FieldError] {
        (object["spec", "taints"]?.array ?? []).enumerated().flatMap { index, taint -> [FieldError] in
            let path = FieldPath("spec.taints").index(index)
            let (key, value) = (taint["key"]?.string ?? "", taint["value"]?.string ?? "")
            return NameRules.qualifiedNameProblems(key).map { .invalid(path.child("key"), .string(key), $0) }
                + NameRules.labelValueProblems(value).map { .invalid(path.child("value"), .string(value), $0) }
                + FieldChecks.oneOf(
                    taint["effect"],
                    ["NoSchedule", "PreferNoSchedule", "NoExecute"],
                    path.child("effect")
                )
        }
    }
}

/// Events.
struct EventStrategy: ResourceStrategy {
    func prepareForCreate(_ object: inout JSONValue) {}
    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {}

    func validate(_ object: JSONValue) -> [FieldError] {
        let involved = object["involvedObject", "namespace"]?.string ?? ""
        let own = object["metadata", "namespace"]?.string ?? ""
        // What is in no namespace is told of in `default`.
        let isConsistent = involved.isEmpty ? own == "default" : involved == own
        return isConsistent
            ? [] : [.invalid("involvedObject.namespace", .string(involved), "does not match event.namespace")]
    }
}
