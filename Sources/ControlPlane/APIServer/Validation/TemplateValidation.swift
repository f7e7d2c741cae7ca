// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// What is wrong with the selector and the pod template of a workload whose pods run for ever.
struct TemplateValidation {
    /// The spec that has the selector and the template.
    let spec: JSONValue
    /// Where the spec is.
    let path: FieldPath
    /// The kind as upstream's messages have it.
    let kind: String

    private static let mismatch = "`selector` does not match template `labels`"

    /// The selector that is set, or nil.
    var selector: LabelSelector? { self.spec["selector"].flatMap { $0.isNull ? nil : LabelSelector(json: $0) } }

    /// The selector: there, well-formed and not empty.
    /// - Parameter kind: the kind in the text about an empty one, which is not always the right one upstream.
    func selectorErrors(kind: String) -> [FieldError] {
        let path = self.path.child("selector")
        guard let selector = self.selector else { return [.required(path)] }
        var errors = FieldChecks.selector(selector.json, path)
        if selector.isEmpty {
            errors.append(.invalid(path, selector.json, "empty selector is invalid for \(kind)"))
        }
        return errors
    }

    /// The template's labels against the selector.
    func matchErrors() -> [FieldError] {
        let labels = self.spec["template", "metadata", "labels"]
        let meta = ObjectMeta(json: self.spec["template", "metadata"] ?? .emptyObject)
        guard self.selector?.matches(meta.labels) != true else { return [] }
        let place = self.path.child("template").child("metadata").child("labels")
        return [.invalid(place, labels ?? .null, Self.mismatch)]
    }

    /// The template: labels, the pod, and that it runs for ever.
    /// - Parameter volumes: volumes that the controller adds, which mounts may name.
    func templateErrors(addedVolumes: [String] = []) -> [FieldError] {
        let template = self.path.child("template")
        let labels = self.spec["template", "metadata", "labels"]
        var errors = MetadataValidation.labelErrors(labels, template.child("metadata").child("labels"))
        var podSpec = self.spec["template", "spec"] ?? .emptyObject
        let restartPolicy = podSpec["restartPolicy"]
        let own = podSpec["volumes"]?.array ?? []
        let added = addedVolumes.filter { name in !own.contains { $0["name"]?.string == name } }
        if !added.isEmpty {
            podSpec["volumes"] = .array(own + added.map { ["name": .string($0), "emptyDir": .emptyObject] })
        }
        let place = template.child("spec")
        var validation = PodValidation(spec: podSpec, path: place)
        errors += validation.errors()
        if let policy = restartPolicy?.string, ["OnFailure", "Never"].contains(policy) {
            errors.append(.notSupported(place.child("restartPolicy"), .string(policy), ["Always"]))
        }
        if podSpec["activeDeadlineSeconds"] != nil {
            errors.append(
                .forbidden(
                    place.child("activeDeadlineSeconds"),
                    "activeDeadlineSeconds in \(self.kind) is not Supported"
                )
            )
        }
        return errors
    }
}
