// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// StatefulSets (`pkg/registry/apps/statefulset/strategy.go`, `pkg/apis/apps/validation/validation.go`).
struct StatefulSetStrategy: ResourceStrategy {
    private static let immutableFields = ["serviceName", "volumeClaimTemplates", "selector", "podManagementPolicy"]

    func applyDefaults(_ object: inout JSONValue) { ObjectDefaults.apply(toStatefulSet: &object) }

    func prepareForCreate(_ object: inout JSONValue) {
        object["status"] = nil
        object["metadata", "generation"] = 1
        // The gate MaxUnavailableStatefulSet is off, as it is by default in 1.36: the field is dropped silently.
        object["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"] = nil
    }

    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {
        object["status"] = old["status"]
        if old["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"] == nil {
            object["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"] = nil
        }
        self.countGeneration(&object, old: old)
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        let spec = object["spec"] ?? .emptyObject
        let path: FieldPath = "spec"
        var errors: [FieldError] = []
        switch spec["podManagementPolicy"]?.string ?? "" {
        case "": errors.append(.required(path.child("podManagementPolicy")))
        case "OrderedReady", "Parallel": break
        case let other:
            errors.append(
                .invalid(path.child("podManagementPolicy"), .string(other), "must be 'OrderedReady' or 'Parallel'")
            )
        }
        errors += self.updateStrategyErrors(spec["updateStrategy"] ?? .emptyObject, path.child("updateStrategy"))
        for field in ["whenDeleted", "whenScaled"] {
            let place = path.child("persistentVolumeClaimRetentionPolicy")
            errors += FieldChecks.oneOf(
                spec["persistentVolumeClaimRetentionPolicy", field],
                ["Retain", "Delete"],
                place.child(field)
            )
        }
        errors += FieldChecks.nonNegative(spec["replicas"], path.child("replicas"))
        errors += FieldChecks.nonNegative(spec["minReadySeconds"], path.child("minReadySeconds"))
        errors += FieldChecks.nonNegative(spec["ordinals", "start"], path.child("ordinals").child("start"))
        errors += self.templateErrors(spec, path)
        return errors + self.claimErrors(spec, path)
    }

    private func updateStrategyErrors(_ strategy: JSONValue, _ path: FieldPath) -> [FieldError] {
        let rolling = strategy["rollingUpdate"]
        let partition = rolling?["partition"]?.integer ?? 0
        let settings = "{\"Partition\":\(partition),\"MaxUnavailable\":\(rolling?["maxUnavailable"]?.text ?? "null")}"
        switch strategy["type"]?.string ?? "" {
        case "": return [.required(path)]
        case "OnDelete":
            guard rolling != nil else { return [] }
            return [
                .invalid(
                    path.child("rollingUpdate"),
                    shown: settings,
                    "only allowed for updateStrategy 'RollingUpdate'"
                )
            ]
        case "RollingUpdate":
            let place = path.child("rollingUpdate")
            var errors = FieldChecks.nonNegative(rolling?["partition"], place.child("partition"))
            if let limit = rolling?["maxUnavailable"], !limit.isNull {
                errors += FieldChecks.numberOrPercentage(limit, place.child("maxUnavailable"))
                if limit == 0 || limit == "0%" {
                    errors.append(.invalid(place.child("maxUnavailable"), limit, "cannot be 0"))
                }
            }
            return errors
        case let other:
            let shown =
                "{\"Type\":\(JSONValue.string(other).text),\"RollingUpdate\":\(rolling == nil ? "null" : settings)}"
            return [.invalid(path, shown: shown, "must be 'RollingUpdate' or 'OnDelete'")]
        }
    }

    private func templateErrors(_ spec: JSONValue, _ path: FieldPath) -> [FieldError] {
        let validation = TemplateValidation(spec: spec, path: path, kind: "StatefulSet")
        // The claims' volumes come to the pods later; mounts may name them already.
        let claims = (spec["volumeClaimTemplates"]?.array ?? []).compactMap { $0["metadata", "name"]?.string }
        return validation.selectorErrors(kind: "statefulset") + validation.matchErrors()
            + validation.templateErrors(addedVolumes: claims)
    }

    private func claimErrors(_ spec: JSONValue, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let name = spec["serviceName"]?.string, !name.isEmpty {
            errors += NameRules.dnsLabelProblems(name).map { .invalid(path.child("serviceName"), .string(name), $0) }
        }
        for (index, claim) in (spec["volumeClaimTemplates"]?.array ?? []).enumerated() {
            let place = path.child("volumeClaimTemplates").index(index)
            errors += ClaimStrategy.specErrors(claim["spec"] ?? .emptyObject, place.child("spec"))
        }
        return errors
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        guard Self.immutableFields.contains(where: { object["spec"]?[$0] != old["spec"]?[$0] }) else { return [] }
        return [
            .forbidden(
                "spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
                    + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
            )
        ]
    }

    func validateStatusUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        let path: FieldPath = "status"
        let status = object["status"] ?? .emptyObject
        let counts = ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"]
        var errors = FieldChecks.statusCounts(counts + ["observedGeneration", "collisionCount"], of: object)
        errors += FieldChecks.bounded(Array(counts.dropFirst()), by: "replicas", of: object)
        errors += FieldChecks.bounded(["availableReplicas"], by: "readyReplicas", of: object)
        if let before = old["status", "collisionCount"]?.integer {
            let now = status["collisionCount"]?.integer
            if (now ?? 0) < before {
                errors.append(.invalid(path.child("collisionCount"), .integer(now ?? 0), "cannot be decremented"))
            }
        }
        return errors
    }

    func warnings(_ object: JSONValue, old: JSONValue?) -> [String] {
        var warnings = AffinityValidation.warnings(
            inSpec: object["spec", "template", "spec"] ?? .emptyObject,
            "spec.template.spec"
        )
        if let limit = object["spec", "revisionHistoryLimit"]?.integer, limit < 0 {
            warnings.append(
                "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"
            )
        }
        return warnings
    }

    func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRules.dnsLabelProblems(isPrefix ? Self.completed(name) : name)
    }
}

/// ControllerRevisions.
struct ControllerRevisionStrategy: ResourceStrategy {
    func prepareForCreate(_ object: inout JSONValue) {}
    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {}

    func validate(_ object: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        if object["data"] ?? .null == .null { errors.append(.required("data", "data is mandatory")) }
        return errors + FieldChecks.nonNegative(object["revision"], "revision")
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        object["data"] == old["data"] ? [] : [.invalid("data", object["data"] ?? .null, "field is immutable")]
    }
}
