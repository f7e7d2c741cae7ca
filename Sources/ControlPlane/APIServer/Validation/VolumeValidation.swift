// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// What is wrong with a volume of a pod.
enum VolumeValidation {
    static func errors(in volume: JSONValue, _ path: FieldPath) -> [FieldError] {
        var errors = Self.sourceErrors(in: volume, path)
        let name = volume["name"]?.string ?? ""
        if name.isEmpty {
            errors.append(.required(path.child("name")))
        } else {
            errors += NameRules.dnsLabelProblems(name).map { .invalid(path.child("name"), .string(name), $0) }
        }
        return errors
    }

    /// The sources in upstream's order, in which the second one found is the one that is refused.
    private static let sources = [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi",
        "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc",
        "flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk",
        "storageos", "projected", "scaleIO", "csi", "ephemeral", "image",
    ]

    private static func sourceErrors(in volume: JSONValue, _ path: FieldPath) -> [FieldError] {
        var (errors, count) = ([FieldError](), 0)
        for kind in Self.sources {
            guard let source = volume[kind], !source.isNull else { continue }
            count += 1
            let place = path.child(kind)
            if count > 1 {
                errors.append(.forbidden(place, "may not specify more than 1 volume type"))
                continue
            }
            switch kind {
            case "hostPath":
                if (source["path"]?.string ?? "").isEmpty { errors.append(.required(place.child("path"))) }
            case "secret":
                if (source["secretName"]?.string ?? "").isEmpty { errors.append(.required(place.child("secretName"))) }
                errors += Self.itemErrors(source, place)
            case "configMap":
                if (source["name"]?.string ?? "").isEmpty { errors.append(.required(place.child("name"))) }
                errors += Self.itemErrors(source, place)
            case "persistentVolumeClaim":
                if (source["claimName"]?.string ?? "").isEmpty { errors.append(.required(place.child("claimName"))) }
            case "emptyDir":
                if let limit = source["sizeLimit"].flatMap(Quantity.init(json:)), limit.nanos < 0 {
                    errors.append(
                        .forbidden(place.child("sizeLimit"), "SizeLimit field must be a valid resource quantity")
                    )
                }
            default: break
            }
        }
        if count == 0 { errors.append(.required(path, "must specify a volume type")) }
        return errors
    }

    private static func itemErrors(_ source: JSONValue, _ path: FieldPath) -> [FieldError] {
        var errors: [FieldError] = []
        if let mode = source["defaultMode"]?.integer, !(0...0o777 ~= mode) {
            errors.append(
                .invalid(
                    path.child("defaultMode"),
                    .integer(mode),
                    "must be a number between 0 and 0777 (octal), both inclusive"
                )
            )
        }
        for (index, item) in (source["items"]?.array ?? []).enumerated() {
            let place = path.child("items").index(index)
            for field in ["key", "path"] where (item[field]?.string ?? "").isEmpty {
                errors.append(.required(place.child(field)))
            }
        }
        return errors
    }
}
