// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Pods (`pkg/registry/core/pod/strategy.go`).
struct PodStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) { PodDefaults.apply(toPod: &object) }

    func prepareForCreate(_ object: inout JSONValue) {
        object["metadata", "generation"] = 1
        object["status"] = ["phase": "Pending", "qosClass": .string(Self.qosClass(object["spec"] ?? .emptyObject))]
    }

    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {
        object["status"] = old["status"]
        self.countGeneration(&object, old: old)
    }

    func prepareForStatusUpdate(_ object: inout JSONValue, old: JSONValue) {
        object["spec"] = old["spec"]
        // Old kubelets sent owner references that were no longer true.
        object["metadata", "ownerReferences"] = old["metadata", "ownerReferences"]
        // Clients that do not know these fields do not clear them.
        for field in ["qosClass", "observedGeneration"] where object["status"]?[field] == nil {
            object["status", field] = old["status"]?[field]
        }
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        var validation = PodValidation(spec: object["spec"] ?? .emptyObject, path: "spec")
        return validation.errors()
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        var new = object["spec"] ?? .emptyObject
        let before = old["spec"] ?? .emptyObject
        var errors: [FieldError] = []
        let deadline = (new["activeDeadlineSeconds"]?.integer, before["activeDeadlineSeconds"]?.integer)
        if let earlier = deadline.1 {
            if let later = deadline.0 {
                if later > earlier {
                    errors.append(
                        .invalid(
                            "spec.activeDeadlineSeconds",
                            .integer(later),
                            "must be less than or equal to previous value"
                        )
                    )
                }
            } else {
                errors.append(
                    .invalid(
                        "spec.activeDeadlineSeconds",
                        .null,
                        "must not update from a positive integer to nil value"
                    )
                )
            }
        }
        new["activeDeadlineSeconds"] = before["activeDeadlineSeconds"]
        let kept = before["tolerations"]?.array ?? []
        let tolerations = new["tolerations"]?.array ?? []
        if kept.allSatisfy(tolerations.contains) { new["tolerations"] = before["tolerations"] }
        if let grace = before["terminationGracePeriodSeconds"]?.integer, grace < 0,
            new["terminationGracePeriodSeconds"] == 1
        {
            new["terminationGracePeriodSeconds"] = before["terminationGracePeriodSeconds"]
        }
        for list in ["containers", "initContainers"] {
            let olds = before[list]?.array ?? []
            guard var news = new[list]?.array, news.count == olds.count else { continue }
            for index in news.indices { news[index]["image"] = olds[index]["image"] }
            new[list] = .array(news)
        }
        if new != before {
            errors.append(
                .forbidden(
                    "spec",
                    "pod updates may not change fields other than `spec.containers[*].image`,"
                        + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions "
                        + "to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it "
                        + "was previously negative)"
                )
            )
        }
        return errors
    }

    func warnings(_ object: JSONValue, old: JSONValue?) -> [String] {
        AffinityValidation.warnings(inSpec: object["spec"] ?? .emptyObject, "spec")
    }

    /// The quality of service class: by whether all containers, or some, or none ask for CPU and memory.
    static func qosClass(_ spec: JSONValue) -> String {
        var (hasAny, isGuaranteed) = (false, true)
        let containers = (spec["containers"]?.array ?? []) + (spec["initContainers"]?.array ?? [])
        for container in containers {
            let resources = ResourceRequirements(json: container["resources"] ?? .emptyObject)
            for name in ["cpu", "memory"] {
                let (limit, request) = (resources.limits[name], resources.requests[name])
                if limit.map({ !$0.isZero }) ?? false || request.map({ !$0.isZero }) ?? false { hasAny = true }
                if limit == nil || limit?.isZero == true || (request ?? limit) != limit { isGuaranteed = false }
            }
        }
        if !hasAny { return "BestEffort" }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }
}
