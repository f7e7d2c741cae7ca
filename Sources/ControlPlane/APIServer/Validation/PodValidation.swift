// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// What is wrong with pods and pod templates (`pkg/apis/core/validation/validation.go`), as far as the fields are known here.
struct PodValidation {
    /// The spec.
    let spec: JSONValue
    /// Its path.
    let path: FieldPath
    /// The labels of the pods, for the downward API's sake.
    private var volumes: [String: JSONValue] = [:]

    init(spec: JSONValue, path: FieldPath) {
        self.spec = spec
        self.path = path
    }

    /// Everything that is wrong with the spec.
    mutating func errors() -> [FieldError] {
        var errors: [FieldError] = []
        let volumePath = self.path.child("volumes")
        for (index, volume) in (self.spec["volumes"]?.array ?? []).enumerated() {
            errors += VolumeValidation.errors(in: volume, volumePath.index(index))
            let name = volume["name"]?.string ?? ""
            if self.volumes[name] != nil {
                errors.append(.duplicate(volumePath.index(index).child("name"), .string(name)))
            }
            self.volumes[name] = volume
        }
        errors += self.containerErrors()
        let known = ["Always", "OnFailure", "Never"]
        errors += FieldChecks.oneOf(self.spec["restartPolicy"], known, self.path.child("restartPolicy"))
        errors += FieldChecks.oneOf(
            self.spec["dnsPolicy"],
            ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"],
            self.path.child("dnsPolicy")
        )
        errors += MetadataValidation.labelErrors(self.spec["nodeSelector"], self.path.child("nodeSelector"))
        errors += self.nameErrors()
        errors += FieldChecks.nonNegative(
            self.spec["terminationGracePeriodSeconds"],
            self.path.child("terminationGracePeriodSeconds")
        )
        if let deadline = self.spec["activeDeadlineSeconds"]?.integer, !(1...Int64(Int32.max) ~= deadline) {
            errors.append(
                .invalid(
                    self.path.child("activeDeadlineSeconds"),
                    .integer(deadline),
                    "must be between 1 and 2147483647, inclusive"
                )
            )
        }
        errors += self.tolerationErrors()
        if let affinity = self.spec["affinity"] {
            errors += AffinityValidation.errors(in: affinity, self.path.child("affinity"))
        }
        errors += AffinityValidation.spreadErrors(
            self.spec["topologySpreadConstraints"]?.array ?? [],
            self.path.child("topologySpreadConstraints")
        )
        return errors
    }

    private func nameErrors() -> [FieldError] {
        var errors: [FieldError] = []
        for (field, rule) in [
            ("serviceAccountName", NameRules.dnsSubdomainProblems), ("nodeName", NameRules.dnsSubdomainProblems),
            ("hostname", NameRules.dnsLabelProblems), ("subdomain", NameRules.dnsLabelProblems),
        ] {
            guard let name = self.spec[field]?.string, !name.isEmpty else { continue }
            errors += rule(name).map { .invalid(self.path.child(field), .string(name), $0) }
        }
        return errors
    }

    private func tolerationErrors() -> [FieldError] {
        (self.spec["tolerations"]?.array ?? []).enumerated().flatMap { index, toleration -> [FieldError] in
            let path = self.path.child("tolerations").index(index)
            let key = toleration["key"]?.string ?? ""
            let comparison = toleration["operator"]?.string ?? ""
            var errors: [FieldError] = []
            if !key.isEmpty {
                errors += NameRules.qualifiedNameProblems(key).map { .invalid(path.child("key"), .string(key), $0) }
            } else if comparison != "Exists" {
                errors.append(
                    .invalid(
                        path.child("operator"),
                        .string(comparison),
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\""
                    )
                )
            }
            if let seconds = toleration["tolerationSeconds"], !seconds.isNull, toleration["effect"] != "NoExecute" {
                errors.append(
                    .invalid(
                        path.child("effect"),
                        toleration["effect"] ?? "",
                        "effect must be 'NoExecute' when `tolerationSeconds` is set"
                    )
                )
            }
            switch comparison {
            case "", "Equal":
                let value = toleration["value"]?.string ?? ""
                errors += NameRules.labelValueProblems(value).map {
                    .invalid(path.child("operator"), .string(value), $0)
                }
            case "Exists":
                if let value = toleration["value"]?.string, !value.isEmpty {
                    errors.append(
                        .invalid(
                            path.child("operator"),
                            .object(toleration.object ?? JSONObject()),
                            "value must be empty when `operator` is 'Exists'"
                        )
                    )
                }
            default:
                errors.append(.notSupported(path.child("operator"), .string(comparison), ["Equal", "Exists"]))
            }
            errors += FieldChecks.oneOf(
                toleration["effect"],
                ["NoSchedule", "PreferNoSchedule", "NoExecute"],
                path.child("effect"),
                required: false
            )
            return errors
        }
    }

    private func containerErrors() -> [FieldError] {
        var errors: [FieldError] = []
        let containers = self.spec["containers"]?.array ?? []
        let path = self.path.child("containers")
        if containers.isEmpty { return [.required(path)] }
        var names: Set<String> = []
        for (index, container) in containers.enumerated() {
            let place = path.index(index)
            errors += self.check(container, place, isInit: false)
            let name = container["name"]?.string ?? ""
            if !name.isEmpty, !names.insert(name).inserted {
                errors.append(.duplicate(place.child("name"), .string(name)))
            }
        }
        let initPath = self.path.child("initContainers")
        for (index, container) in (self.spec["initContainers"]?.array ?? []).enumerated() {
            let place = initPath.index(index)
            errors += self.check(container, place, isInit: true)
            let name = container["name"]?.string ?? ""
            if !name.isEmpty, !names.insert(name).inserted {
                errors.append(.duplicate(place.child("name"), .string(name)))
            }
        }
        return errors
    }

    private func check(_ container: JSONValue, _ path: FieldPath, isInit: Bool) -> [FieldError] {
        ContainerValidation(container: container, path: path, volumes: self.volumes, isInit: isInit).errors()
    }
}
