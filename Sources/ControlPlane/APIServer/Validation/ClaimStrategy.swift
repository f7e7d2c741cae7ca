// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Claims (`pkg/registry/core/persistentvolumeclaim/strategy.go`).
struct ClaimStrategy: ResourceStrategy {
    private static let accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

    func applyDefaults(_ object: inout JSONValue) { ObjectDefaults.apply(toClaim: &object) }

    func prepareForCreate(_ object: inout JSONValue) { object["status"] = ["phase": "Pending"] }

    func validate(_ object: JSONValue) -> [FieldError] { Self.specErrors(object["spec"] ?? .emptyObject, "spec") }

    static func specErrors(_ spec: JSONValue, _ path: FieldPath) -> [FieldError] {
        var errors = Self.accessModeErrors(spec, path)
        errors += FieldChecks.selector(spec["selector"], path.child("selector"))
        let place = path.child("resources").key("storage")
        if let storage = spec["resources", "requests", "storage"] {
            if let quantity = Quantity(json: storage), quantity.nanos <= 0 {
                errors.append(.invalid(place, storage, "must be greater than zero"))
            }
        } else {
            errors.append(.required(place))
        }
        if let name = spec["storageClassName"]?.string, !name.isEmpty {
            errors += NameRules.dnsSubdomainProblems(name).map {
                .invalid(path.child("storageClassName"), .string(name), $0)
            }
        }
        errors += FieldChecks.oneOf(
            spec["volumeMode"],
            ["Block", "Filesystem"],
            path.child("volumeMode"),
            required: false
        )
        return errors
    }

    static func accessModeErrors(_ spec: JSONValue, _ path: FieldPath) -> [FieldError] {
        let modes = spec["accessModes"]?.array ?? []
        if modes.isEmpty { return [.required(path.child("accessModes"), "at least 1 access mode is required")] }
        return modes.filter { !Self.accessModes.contains($0.string ?? "") }.map {
            .notSupported(path.child("accessModes"), $0, Self.accessModes)
        }
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        var (new, before) = (object["spec"] ?? .emptyObject, old["spec"] ?? .emptyObject)
        var errors: [FieldError] = []
        // The binder sets the volume once.
        if (before["volumeName"]?.string ?? "").isEmpty { before["volumeName"] = new["volumeName"] }
        if before["storageClassName"] == nil { before["storageClassName"] = new["storageClassName"] }
        let wanted = new["resources", "requests", "storage"].flatMap(Quantity.init(json:))
        let had = before["resources", "requests", "storage"].flatMap(Quantity.init(json:))
        for field in ["resources", "volumeAttributesClassName"] {
            new[field] = nil
            before[field] = nil
        }
        if new != before {
            errors.append(
                .forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
                )
            )
        }
        if let wanted, let had, wanted != had {
            let path: FieldPath = "spec.resources.requests.storage"
            let capacity = old["status", "capacity", "storage"].flatMap(Quantity.init(json:))
            if old["status", "phase"] != "Bound" {
                errors.append(
                    .forbidden(
                        "spec",
                        "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
                    )
                )
            } else if let capacity, wanted < capacity {
                errors.append(.forbidden(path, "field can not be less than status.capacity"))
            }
        }
        return errors
    }
}

/// Volumes (`pkg/registry/core/persistentvolume/strategy.go`).
struct PersistentVolumeStrategy: ResourceStrategy {
    private static let settings: Set<String> = [
        "capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName", "mountOptions",
        "volumeMode", "nodeAffinity", "volumeAttributesClassName",
    ]

    func applyDefaults(_ object: inout JSONValue) { ObjectDefaults.apply(toVolume: &object) }

    func prepareForCreate(_ object: inout JSONValue) { object["status"] = ["phase": "Pending"] }

    func validate(_ object: JSONValue) -> [FieldError] {
        let spec = object["spec"] ?? .emptyObject
        let path: FieldPath = "spec"
        var errors: [FieldError] = []
        if (spec["accessModes"]?.array ?? []).isEmpty {
            errors.append(.required(path.child("accessModes")))
        } else {
            errors += ClaimStrategy.accessModeErrors(spec, path)
        }
        if (spec["capacity"]?.object ?? JSONObject()).isEmpty {
            errors.append(.required(path.child("capacity")))
        } else if let storage = spec["capacity", "storage"] {
            if let quantity = Quantity(json: storage), quantity.nanos <= 0 {
                errors.append(.invalid(path.child("capacity").key("storage"), storage, "must be greater than zero"))
            }
        } else {
            errors.append(.notSupported(path.child("capacity"), spec["capacity"] ?? .null, ["storage"]))
        }
        errors += FieldChecks.oneOf(
            spec["persistentVolumeReclaimPolicy"],
            ["Delete", "Recycle", "Retain"],
            path.child("persistentVolumeReclaimPolicy"),
            required: false
        )
        let sources =
            (spec["hostPath"] == nil ? [] : ["hostPath"])
            + (spec.object?.keys ?? []).filter {
                !Self.settings.contains($0) && $0 != "hostPath" && spec[$0]?.object != nil
            }
        if sources.isEmpty { errors.append(.required(path, "must specify a volume type")) }
        for source in sources.dropFirst() {
            errors.append(.forbidden(path.child(source), "may not specify more than 1 volume type"))
        }
        if let required = spec["nodeAffinity", "required"] {
            errors += AffinityValidation.nodeSelectorErrors(required, path.child("nodeAffinity").child("required"))
        }
        return errors
    }
}

/// Storage classes (`pkg/apis/storage/validation/validation.go`).
struct StorageClassStrategy: ResourceStrategy {
    func applyDefaults(_ object: inout JSONValue) { ObjectDefaults.apply(toStorageClass: &object) }
    func prepareForCreate(_ object: inout JSONValue) {}
    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) {}

    func validate(_ object: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        let provisioner = object["provisioner"]?.string ?? ""
        if provisioner.isEmpty {
            errors.append(.required("provisioner"))
        } else {
            errors += NameRules.qualifiedNameProblems(provisioner.lowercased()).map {
                .invalid("provisioner", .string(provisioner), $0)
            }
        }
        errors += FieldChecks.oneOf(object["reclaimPolicy"], ["Delete", "Retain"], "reclaimPolicy", required: false)
        return errors
            + FieldChecks.oneOf(
                object["volumeBindingMode"],
                ["Immediate", "WaitForFirstConsumer"],
                "volumeBindingMode"
            )
    }

    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] {
        ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"].compactMap { field in
            object[field] == old[field] ? nil : .forbidden(FieldPath(field), "updates to \(field) are forbidden.")
        }
    }
}
