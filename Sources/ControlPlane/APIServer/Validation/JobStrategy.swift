// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Jobs (`pkg/registry/batch/job/strategy.go`, `pkg/apis/batch/validation/validation.go`).
struct JobStrategy: ResourceStrategy {
    private static let prefix = "batch.kubernetes.io/"

    func applyDefaults(_ object: inout JSONValue) { WorkloadDefaults.apply(toJob: &object) }

    func prepareForCreate(_ object: inout JSONValue) {
        object["status"] = nil
        object["metadata", "generation"] = 1
        if object["spec", "manualSelector"]?.bool != true { self.generateSelector(&object) }
        // Upstream's defaulting, when the job is read again.
        if object["metadata", "labels"] == nil {
            object["metadata", "labels"] = object["spec", "template", "metadata", "labels"]
        }
    }

    /// Its pods carry the job's identity, so that no two jobs ever share pods.
    private func generateSelector(_ object: inout JSONValue) {
        let (name, uid) = (object.name, object.uid)
        var labels = object["spec", "template", "metadata", "labels"] ?? .emptyObject
        for prefix in ["", Self.prefix] {
            labels[prefix + "controller-uid"] = .string(uid)
            labels[prefix + "job-name"] = .string(name)
        }
        object["spec", "template", "metadata", "labels"] = labels
        object["spec", "selector", "matchLabels", Self.prefix + "controller-uid"] = .string(uid)
    }

    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {
        object["status"] = old["status"]
        self.countGeneration(&object, old: old)
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        let spec = object["spec"] ?? .emptyObject
        let path: FieldPath = "spec"
        let counts = [
            "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
        ]
        var errors = counts.flatMap { FieldChecks.nonNegative(spec[$0], path.child($0)) }
        errors += FieldChecks.oneOf(
            spec["completionMode"],
            ["NonIndexed", "Indexed"],
            path.child("completionMode"),
            required: false
        )
        let template = path.child("template")
        let selector = path.child("selector")
        if spec["selector"]?.isNull ?? true { errors.append(.required(selector)) }
        errors += FieldChecks.selector(spec["selector"], selector)
        let validation = TemplateValidation(spec: spec, path: path, kind: "Job")
        errors += validation.matchErrors()
        var pod = PodValidation(spec: spec["template", "spec"] ?? .emptyObject, path: template.child("spec"))
        errors += pod.errors()
        let place = template.child("spec").child("restartPolicy")
        switch spec["template", "spec", "restartPolicy"]?.string ?? "" {
        case "OnFailure", "Never": break
        case "Always": errors.append(.required(place, "valid values: \"OnFailure\", \"Never\""))
        case let other: errors.append(.notSupported(place, .string(other), ["OnFailure", "Never"]))
        }
        return errors
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        ["completions", "selector", "template", "completionMode"].flatMap { field in
            FieldChecks.immutable(field, of: object["spec"], old["spec"], "spec")
        }
    }

    func validateStatusUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        FieldChecks.statusCounts(["active", "succeeded", "failed", "ready", "terminating"], of: object)
    }
}
