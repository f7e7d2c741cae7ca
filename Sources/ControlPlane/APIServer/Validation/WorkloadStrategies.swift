// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// DaemonSets (`pkg/registry/apps/daemonset/strategy.go`, `pkg/apis/apps/validation/validation.go`).
struct DaemonSetStrategy: ResourceStrategy {
    /// Counts changes of the template; a field of extensions/v1beta1, an annotation since.
    static let templateGeneration = "deprecated.daemonset.template.generation"

    func applyDefaults(_ object: inout JSONValue) { WorkloadDefaults.apply(toDaemonSet: &object) }

    func prepareForCreate(_ object: inout JSONValue) {
        object["status"] = nil
        object["metadata", "generation"] = 1
        let given = object["metadata", "annotations", Self.templateGeneration]?.string.flatMap(Int64.init) ?? 0
        object["metadata", "annotations", Self.templateGeneration] = .string(String(max(1, given)))
    }

    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {
        object["status"] = old["status"]
        let before = old["metadata", "annotations", Self.templateGeneration]?.string.flatMap(Int64.init) ?? 1
        let isNew = object["spec", "template"] != old["spec", "template"]
        object["metadata", "annotations", Self.templateGeneration] = .string(String(isNew ? before + 1 : before))
        self.countGeneration(&object, old: old)
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        let spec = object["spec"] ?? .emptyObject
        let path: FieldPath = "spec"
        let validation = TemplateValidation(spec: spec, path: path, kind: "DaemonSet")
        var errors = FieldChecks.selector(spec["selector"], path.child("selector")) + validation.matchErrors()
        if let selector = validation.selector, selector.isEmpty {
            errors.append(.invalid(path.child("selector"), selector.json, "empty selector is invalid for daemonset"))
        }
        errors += validation.templateErrors()
        errors += self.updateStrategyErrors(spec["updateStrategy"] ?? .emptyObject, path.child("updateStrategy"))
        errors += FieldChecks.nonNegative(spec["minReadySeconds"], path.child("minReadySeconds"))
        return errors + FieldChecks.nonNegative(spec["revisionHistoryLimit"], path.child("revisionHistoryLimit"))
    }

    private func updateStrategyErrors(_ strategy: JSONValue, _ path: FieldPath) -> [FieldError] {
        switch strategy["type"]?.string ?? "" {
        case "OnDelete": return []
        case "RollingUpdate":
            let place = path.child("rollingUpdate")
            guard let rolling = strategy["rollingUpdate"], !rolling.isNull else { return [.required(place)] }
            var errors: [FieldError] = []
            let (unavailable, surge) = (rolling["maxUnavailable"], rolling["maxSurge"])
            errors += FieldChecks.numberOrPercentage(unavailable, place.child("maxUnavailable"))
            errors += FieldChecks.numberOrPercentage(surge, place.child("maxSurge"))
            switch (FieldChecks.isZero(unavailable), FieldChecks.isZero(surge)) {
            case (false, false):
                let text = "may not be set when maxUnavailable is non-zero"
                errors.append(.invalid(place.child("maxSurge"), surge ?? .null, text))
            case (true, true):
                errors.append(.required(place.child("maxUnavailable"), "cannot be 0 when maxSurge is 0"))
            case (true, false), (false, true): break
            }
            return errors
        case let other:
            // Upstream names the whole strategy here, in the members of its structure.
            let value: JSONValue = ["RollingUpdate": strategy["rollingUpdate"] ?? .null, "Type": .string(other)]
            return [.notSupported(path, value, ["RollingUpdate", "OnDelete"])]
        }
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        FieldChecks.immutable("selector", of: object["spec"], old["spec"], "spec")
    }

    func validateStatusUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        let counts = [
            "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
            "observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable", "collisionCount",
        ]
        return FieldChecks.statusCounts(counts, of: object)
    }
}

/// Deployments (`pkg/registry/apps/deployment/strategy.go`).
struct DeploymentStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) { WorkloadDefaults.apply(toDeployment: &object) }

    func prepareForCreate(_ object: inout JSONValue) {
        object["status"] = nil
        object["metadata", "generation"] = 1
    }

    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {
        object["status"] = old["status"]
        // Annotations go on to the replica sets, so a change of them is something for the controller to do.
        let annotations = (object["metadata", "annotations"], old["metadata", "annotations"])
        if annotations.0 != annotations.1 {
            object["metadata", "generation"] = .integer((old["metadata", "generation"]?.integer ?? 0) + 1)
        } else {
            self.countGeneration(&object, old: old)
        }
    }

    func prepareForStatusUpdate(_ object: inout JSONValue, old: JSONValue) {
        object["spec"] = old["spec"]
        object["metadata", "labels"] = old["metadata", "labels"]
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        let spec = object["spec"] ?? .emptyObject
        let path: FieldPath = "spec"
        let validation = TemplateValidation(spec: spec, path: path, kind: "ReplicaSet")
        var errors = FieldChecks.nonNegative(spec["replicas"], path.child("replicas"))
        errors += validation.selectorErrors(kind: "deployment")
        if validation.selector?.isEmpty == false { errors += validation.matchErrors() }
        errors += validation.templateErrors()
        errors += self.strategyErrors(spec["strategy"] ?? .emptyObject, path.child("strategy"))
        errors += FieldChecks.nonNegative(spec["minReadySeconds"], path.child("minReadySeconds"))
        errors += FieldChecks.nonNegative(spec["revisionHistoryLimit"], path.child("revisionHistoryLimit"))
        if let deadline = spec["progressDeadlineSeconds"]?.integer {
            let place = path.child("progressDeadlineSeconds")
            errors += FieldChecks.nonNegative(.integer(deadline), place)
            if deadline <= spec["minReadySeconds"]?.integer ?? 0 {
                errors.append(.invalid(place, .integer(deadline), "must be greater than minReadySeconds"))
            }
        }
        return errors
    }

    private func strategyErrors(_ strategy: JSONValue, _ path: FieldPath) -> [FieldError] {
        let place = path.child("rollingUpdate")
        let rolling = strategy["rollingUpdate"].flatMap { $0.isNull ? nil : $0 }
        switch strategy["type"]?.string ?? "" {
        case "Recreate":
            if rolling == nil { return [] }
            return [.forbidden(place, "may not be specified when strategy `type` is 'Recreate'")]
        case "RollingUpdate":
            guard let rolling else { return [.required(place, "this should be defaulted and never be nil")] }
            let (unavailable, surge) = (rolling["maxUnavailable"], rolling["maxSurge"])
            var errors = FieldChecks.numberOrPercentage(unavailable, place.child("maxUnavailable"))
            errors += FieldChecks.numberOrPercentage(surge, place.child("maxSurge"), isCapped: false)
            if FieldChecks.isZero(unavailable), FieldChecks.isZero(surge) {
                let text = "may not be 0 when `maxSurge` is 0"
                errors.append(.invalid(place.child("maxUnavailable"), unavailable ?? 0, text))
            }
            return errors
        case let other:
            return [.notSupported(path.child("type"), .string(other), ["Recreate", "RollingUpdate"])]
        }
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        FieldChecks.immutable("selector", of: object["spec"], old["spec"], "spec")
    }

    func validateStatusUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        let counts = [
            "observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
            "unavailableReplicas", "terminatingReplicas", "collisionCount",
        ]
        return FieldChecks.statusCounts(counts, of: object)
            + FieldChecks.bounded(
                ["updatedReplicas", "readyReplicas", "availableReplicas"],
                by: "replicas",
                of: object
            )
            + FieldChecks.bounded(["availableReplicas"], by: "readyReplicas", of: object)
    }
}

/// ReplicaSets (`pkg/registry/apps/replicaset/strategy.go`).
struct ReplicaSetStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) { WorkloadDefaults.apply(toReplicaSet: &object) }

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
        let validation = TemplateValidation(spec: spec, path: path, kind: "ReplicaSet")
        var errors = FieldChecks.nonNegative(spec["replicas"], path.child("replicas"))
        errors += FieldChecks.nonNegative(spec["minReadySeconds"], path.child("minReadySeconds"))
        errors += validation.selectorErrors(kind: "deployment")
        if validation.selector?.isEmpty == false { errors += validation.matchErrors() }
        return errors + validation.templateErrors()
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        FieldChecks.immutable("selector", of: object["spec"], old["spec"], "spec")
    }

    func validateStatusUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        let counts = [
            "replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "terminatingReplicas",
            "observedGeneration",
        ]
        return FieldChecks.statusCounts(counts, of: object)
            + FieldChecks.bounded(
                ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"],
                by: "replicas",
                of: object
            )
            + FieldChecks.bounded(["availableReplicas"], by: "readyReplicas", of: object)
    }
}
