// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// What is wrong with affinities and topology spread constraints, and what is unwise.
enum AffinityValidation {
    private static let required = "requiredDuringSchedulingIgnoredDuringExecution"
    private static let preferred = "preferredDuringSchedulingIgnoredDuringExecution"

    static func errors(in affinity: JSONValue, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let node = affinity["nodeAffinity"] { errors += Self.nodeErrors(node, path.child("nodeAffinity")) }
        for kind in ["podAffinity", "podAntiAffinity"] {
            for (term, place) in Self.terms(in: affinity[kind], path.child(kind)) {
                errors += Self.termErrors(term, place)
            }
            for (index, weighted) in (affinity[kind]?[Self.preferred]?.array ?? []).enumerated() {
                let weight = weighted["weight"]?.integer ?? 0
                let place = path.child(kind).child(Self.preferred).index(index).child("weight")
                if !(1...100 ~= weight) {
                    errors.append(.invalid(place, .integer(weight), "must be in the range 1-100"))
                }
            }
        }
        return errors
    }

    /// All terms of a pod (anti-)affinity with their paths, required ones first.
    private static func terms(in affinity: JSONValue?, _ path: FieldPath) -> [(JSONValue, FieldPath)] {
        let required = (affinity?[Self.required]?.array ?? []).enumerated().map {
            ($0.element, path.child(Self.required).index($0.offset))
        }
        let preferred = (affinity?[Self.preferred]?.array ?? []).enumerated().map {
            (
                $0.element["podAffinityTerm"] ?? .emptyObject,
                path.child(Self.preferred).index($0.offset).child("podAffinityTerm")
            )
        }
        return required + preferred
    }

    private static func termErrors(_ term: JSONValue, _ path: FieldPath) -> [FieldError] {
        var errors = FieldChecks.selector(term["labelSelector"], path.child("labelSelector"))
        errors += FieldChecks.selector(term["namespaceSelector"], path.child("namespaceSelector"))
        for (index, name) in (term["namespaces"]?.array ?? []).enumerated() {
            errors += NameRules.dnsLabelProblems(name.string ?? "").map {
                .invalid(path.child("namespaces").index(index), name, $0)
            }
        }
        let key = term["topologyKey"]?.string ?? ""
        if key.isEmpty { errors.append(.required(path.child("topologyKey"), "can not be empty")) }
        return errors
            + NameRules.qualifiedNameProblems(key).map { .invalid(path.child("topologyKey"), .string(key), $0) }
    }

    private static func nodeErrors(_ affinity: JSONValue, _ path: FieldPath) -> [FieldError] {
        guard let required = affinity[Self.required], !required.isNull else { return [] }
        return Self.nodeSelectorErrors(required, path.child(Self.required))
    }

    /// What is wrong with a node selector.
    static func nodeSelectorErrors(_ selector: JSONValue, _ path: FieldPath) -> [FieldError] {
        let terms = selector["nodeSelectorTerms"]?.array ?? []
        if terms.isEmpty {
            return [.required(path.child("nodeSelectorTerms"), "must have at least one node selector term")]
        }
        return terms.enumerated().flatMap { index, term -> [FieldError] in
            let place = path.child("nodeSelectorTerms").index(index).child("matchExpressions")
            return (term["matchExpressions"]?.array ?? []).enumerated().flatMap { index, requirement in
                Self.requirementErrors(requirement, place.index(index))
            }
        }
    }

    private static func requirementErrors(_ requirement: JSONValue, _ path: FieldPath) -> [FieldError] {
        let values = requirement["values"]?.array ?? []
        let key = requirement["key"]?.string ?? ""
        var errors: [FieldError] = []
        switch requirement["operator"]?.string ?? "" {
        case "In", "NotIn":
            if values.isEmpty {
                errors.append(.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"))
            }
        case "Exists", "DoesNotExist":
            if !values.isEmpty {
                errors.append(
                    .forbidden(
                        path.child("values"),
                        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                    )
                )
            }
        case "Gt", "Lt":
            if values.count != 1 {
                errors.append(
                    .required(path.child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'")
                )
            }
        case let other:
            errors.append(.invalid(path.child("operator"), .string(other), "not a valid selector operator"))
        }
        return errors + NameRules.qualifiedNameProblems(key).map { .invalid(path.child("key"), .string(key), $0) }
    }

    static func spreadErrors(_ constraints: [JSONValue], _ path: FieldPath) -> [FieldError] {
        constraints.enumerated().flatMap { index, constraint -> [FieldError] in
            let place = path.index(index)
            var errors: [FieldError] = []
            if let skew = constraint["maxSkew"]?.integer, skew <= 0 {
                errors.append(.invalid(place.child("maxSkew"), .integer(skew), "must be greater than 0"))
            }
            if (constraint["topologyKey"]?.string ?? "").isEmpty {
                errors.append(.required(place.child("topologyKey"), "can not be empty"))
            }
            errors += FieldChecks.oneOf(
                constraint["whenUnsatisfiable"],
                ["DoNotSchedule", "ScheduleAnyway"],
                place.child("whenUnsatisfiable")
            )
            return errors + FieldChecks.selector(constraint["labelSelector"], place.child("labelSelector"))
        }
    }

    /// Warnings about selectors that select nothing (`pkg/api/pod/warnings.go`).
    static func warnings(inSpec spec: JSONValue, _ path: FieldPath) -> [String] {
        let text = "a null labelSelector results in matching no pod"
        var warnings: [String] = []
        for (index, constraint) in (spec["topologySpreadConstraints"]?.array ?? []).enumerated()
        where constraint["labelSelector"] == nil {
            warnings.append("\(path.child("topologySpreadConstraints").index(index).child("labelSelector")): \(text)")
        }
        for kind in ["podAffinity", "podAntiAffinity"] {
            for (term, place) in Self.terms(in: spec["affinity"]?[kind], path.child("affinity").child(kind))
            where term["labelSelector"] == nil {
                warnings.append("\(place.child("labelSelector")): \(text)")
            }
        }
        return warnings
    }
}
