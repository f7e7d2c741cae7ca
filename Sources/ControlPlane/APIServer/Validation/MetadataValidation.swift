// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// What is wrong with the metadata of objects (apimachinery's `api/validation/objectmeta.go`).
enum MetadataValidation {
    private static let annotationBytesMax = 256 << 10
    private static let standardFinalizers = ["kubernetes", "orphan", "foregroundDeletion"]

    /// Checks the metadata of a new or updated object.
    static func errors(in metadata: JSONValue, _ definition: ResourceDefinition) -> [FieldError] {
        let path: FieldPath = "metadata"
        let meta = ObjectMeta(json: metadata)
        var errors: [FieldError] = []
        if !meta.generateName.isEmpty {
            for problem in definition.strategy.nameProblems(meta.generateName, isPrefix: true) {
                errors.append(.invalid(path.child("generateName"), .string(meta.generateName), problem))
            }
        }
        if meta.name.isEmpty {
            errors.append(.required(path.child("name"), "name or generateName is required"))
        } else {
            for problem in definition.strategy.nameProblems(meta.name, isPrefix: false) {
                errors.append(.invalid(path.child("name"), .string(meta.name), problem))
            }
        }
        if definition.isNamespaced {
            if meta.namespace.isEmpty {
                errors.append(.required(path.child("namespace")))
            } else {
                for problem in NameRules.dnsLabelProblems(meta.namespace) {
                    errors.append(.invalid(path.child("namespace"), .string(meta.namespace), problem))
                }
            }
        }
        errors += Self.ownerErrors(metadata["ownerReferences"]?.array ?? [], path.child("ownerReferences"))
        errors += Self.finalizerErrors(meta.finalizers, path.child("finalizers"))
        errors += Self.labelErrors(metadata["labels"], path.child("labels"))
        errors += Self.annotationErrors(metadata["annotations"], path.child("annotations"))
        return errors
    }

    /// Checks what an update may not change of the metadata.
    static func updateErrors(_ metadata: JSONValue, old: JSONValue) -> [FieldError] {
        let path: FieldPath = "metadata"
        var errors: [FieldError] = []
        for field in ["name", "namespace", "uid", "creationTimestamp"] {
            let value = metadata[field] ?? .string("")
            if value != old[field] ?? .string("") {
                errors.append(.invalid(path.child(field), value, "field is immutable"))
            }
        }
        let oldFinalizers = old["finalizers"]?.array ?? []
        if old["deletionTimestamp"]?.string != nil {
            let added = (metadata["finalizers"]?.array ?? []).filter { !oldFinalizers.contains($0) }.compactMap(
                \.string
            )
            if !added.isEmpty {
                let text = "no new finalizers can be added if the object is being deleted, found new finalizers "
                errors.append(
                    .forbidden(
                        path.child("finalizers"),
                        text + "[]string{\(added.map(GoText.quoted).joined(separator: ", "))}"
                    )
                )
            }
        }
        return errors
    }

    /// Checks a set of labels.
    static func labelErrors(_ labels: JSONValue?, _ path: FieldPath) -> [FieldError] {
        (labels?.object.map(Array.init) ?? []).flatMap { key, value -> [FieldError] in
            let text = value.string ?? ""
            return NameRules.qualifiedNameProblems(key).map { .invalid(path, .string(key), $0) }
                + NameRules.labelValueProblems(text).map { .invalid(path.key(key), .string(text), $0) }
        }
    }

    private static func annotationErrors(_ annotations: JSONValue?, _ path: FieldPath) -> [FieldError] {
        var (errors, total) = ([FieldError](), 0)
        for (key, value) in annotations?.object ?? JSONObject() {
            errors += NameRules.qualifiedNameProblems(key.lowercased()).map { .invalid(path, .string(key), $0) }
            total += key.utf8.count + (value.string ?? "").utf8.count
        }
        if total > Self.annotationBytesMax { errors.append(.tooLong(path, maxBytes: Self.annotationBytesMax)) }
        return errors
    }

    private static func ownerErrors(_ owners: [JSONValue], _ path: FieldPath) -> [FieldError] {
        var (errors, controller) = ([FieldError](), String?.none)
        for owner in owners {
            for field in ["apiVersion", "kind", "name", "uid"] where (owner[field]?.string ?? "").isEmpty {
                let text = field == "apiVersion" ? "version must not be empty" : "must not be empty"
                errors.append(.invalid(path.child(field), "", text))
            }
            guard owner["controller"]?.bool == true else { continue }
            let name = "\(owner["kind"]?.string ?? "")/\(owner["name"]?.string ?? "")"
            if let first = controller {
                errors.append(
                    .invalid(
                        path,
                        .array(owners),
                        "Only one reference can have Controller set to true. Found \"true\" in references for \(first) "
                            + "and \(name)"
                    )
                )
            }
            controller = name
        }
        return errors
    }

    private static func finalizerErrors(_ finalizers: [String], _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, finalizer) in finalizers.enumerated() {
            errors += NameRules.qualifiedNameProblems(finalizer).map { .invalid(path, .string(finalizer), $0) }
            if !finalizer.contains("/"), !Self.standardFinalizers.contains(finalizer) {
                errors.append(
                    .invalid(
                        path.index(index),
                        .string(finalizer),
                        "name is neither a standard finalizer name nor is it fully qualified"
                    )
                )
            }
        }
        if finalizers.contains("orphan"), finalizers.contains("foregroundDeletion") {
            errors.append(
                .invalid(
                    path,
                    .array(finalizers.map(JSONValue.string)),
                    "finalizer orphan and foregroundDeletion cannot be both set"
                )
            )
        }
        return errors
    }
}
