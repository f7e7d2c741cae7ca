// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// The tables of services, storage and the cluster itself.
enum ClusterTables {
    static let services = TableDefinition([
        .name, .init("Type", "How the service is reached."), .init("Cluster-IP", "The virtual address."),
        .init("External-IP", "Addresses from outside."), .init("Port(s)", "The ports."), .age,
        .init("Selector", "The labels of the pods behind it.").wide(),
    ]) { object, now in
        let spec = Service(json: object).spec
        let ports = spec.ports.map { port in
            let node = port.nodePort ?? 0
            return node > 0
                ? "\(port.port):\(node)/\(port.transportProtocol)" : "\(port.port)/\(port.transportProtocol)"
        }
        return [
            Cell.name(of: object), .string(spec.type), Cell.text(object["spec", "clusterIP"]),
            .string(Self.externalAddress(object, spec)),
            .string(ports.isEmpty ? "<none>" : ports.joined(separator: ",")),
            Cell.age(of: object, now), Cell.labels(object["spec", "selector"]),
        ]
    }

    private static func externalAddress(_ object: JSONValue, _ spec: ServiceSpec) -> String {
        let own = spec.externalIPs
        switch spec.type {
        case "ExternalName": return spec.externalName
        case "LoadBalancer":
            let ingress = (object["status", "loadBalancer", "ingress"]?.array ?? []).compactMap {
                $0["ip"]?.string ?? $0["hostname"]?.string
            }
            let all = ingress + own
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        default: return own.isEmpty ? "<none>" : own.joined(separator: ",")
        }
    }

    static let endpoints = TableDefinition([
        .name, .init("Endpoints", "The addresses and ports of ready pods."), .age,
    ]) { object, now in
        [Cell.name(of: object), .string(Self.addresses(Endpoints(json: object))), Cell.age(of: object, now)]
    }

    static let addressesMax = 3

    private static func addresses(_ endpoints: Endpoints) -> String {
        var texts: [String] = []
        for subset in endpoints.subsets {
            if subset.ports.isEmpty {
                texts += subset.addresses.map(\.ip)
            } else {
                for port in subset.ports { texts += subset.addresses.map { "\($0.ip):\(port.port)" } }
            }
        }
        return Self.list(texts, none: "<none>")
    }

    static let claims = TableDefinition([
        .name, .init("Status", "What became of the claim."), .init("Volume", "The volume it is bound to."),
        .init("Capacity", "What the volume holds."), .init("Access Modes", "How the volume can be used."),
        .init("StorageClass", "The class of storage asked for."),
        .init("VolumeAttributesClass", "The class of volume attributes asked for."), .age,
        .init("VolumeMode", "Whether the volume has a file system.").wide(),
    ]) { object, now in
        let claim = PersistentVolumeClaim(json: object)
        let isBound = !claim.spec.volumeName.isEmpty
        return [
            Cell.name(of: object), .string(claim.metadata.isTerminating ? "Terminating" : claim.status.phase),
            .string(claim.spec.volumeName),
            isBound ? Cell.text(object["status", "capacity", "storage"], none: "0") : "",
            isBound ? Cell.accessModes(object["status", "accessModes"]) : "",
            .string(claim.spec.storageClassName ?? ""),
            Cell.text(object["spec", "volumeAttributesClassName"], none: "<unset>"), Cell.age(of: object, now),
            Cell.text(object["spec", "volumeMode"], none: "<unset>"),
        ]
    }

    static let volumes = TableDefinition([
        .name, .init("Capacity", "What the volume holds."), .init("Access Modes", "How the volume can be used."),
        .init("Reclaim Policy", "What happens to it when its claim goes."),
        .init("Status", "What became of the volume."),
        .init("Claim", "The claim it is bound to."), .init("StorageClass", "Its class of storage."),
        .init("VolumeAttributesClass", "Its class of volume attributes."), .init("Reason", "Why it is in this state."),
        .age,
        .init("VolumeMode", "Whether the volume has a file system.").wide(),
    ]) { object, now in
        let volume = PersistentVolume(json: object)
        let claim = volume.spec.claimRef.map { "\($0.namespace)/\($0.name)" } ?? ""
        return [
            Cell.name(of: object), Cell.text(object["spec", "capacity", "storage"], none: "0"),
            Cell.accessModes(object["spec", "accessModes"]), .string(volume.spec.persistentVolumeReclaimPolicy),
            .string(volume.metadata.isTerminating ? "Terminating" : volume.status.phase), .string(claim),
            .string(volume.spec.storageClassName),
            Cell.text(object["spec", "volumeAttributesClassName"], none: "<unset>"), .string(volume.status.reason),
            Cell.age(of: object, now), Cell.text(object["spec", "volumeMode"], none: "<unset>"),
        ]
    }

    static let storageClasses = TableDefinition([
        .name, .init("Provisioner", "Who makes the volumes."),
        .init("ReclaimPolicy", "What happens to them when their claims go."),
        .init("VolumeBindingMode", "When volumes are made and bound."),
        .init("AllowVolumeExpansion", "Whether volumes may grow."), .age,
    ]) { object, now in
        let storageClass = StorageClass(json: object)
        var name = storageClass.metadata.name
        if storageClass.isDefault { name += " (default)" }
        return [
            .string(name), .string(storageClass.provisioner), Cell.text(object["reclaimPolicy"], none: "Delete"),
            Cell.text(object["volumeBindingMode"], none: "Immediate"),
            .bool(storageClass.allowVolumeExpansion ?? false), Cell.age(of: object, now),
        ]
    }

    static let configMaps = TableDefinition([
        .name, .init("Data", "How many entries there are."), .age,
    ]) { object, now in
        let count = (object["data"]?.object?.count ?? 0) + (object["binaryData"]?.object?.count ?? 0)
        return [Cell.name(of: object), .integer(Int64(count)), Cell.age(of: object, now)]
    }

    static let namespaces = TableDefinition([
        .name, .init("Status", "Whether the namespace is in use or going."), .age,
    ]) { object, now in
        [Cell.name(of: object), object["status", "phase"] ?? "", Cell.age(of: object, now)]
    }

    static let nodes = TableDefinition([
        .name, .init("Status", "Whether the node is ready and takes pods."), .init("Roles", "What the node is for."),
        .age,
        .init("Version", "The kubelet's version."), .init("Internal-IP", "The node's address inside.").wide(),
        .init("External-IP", "The node's address outside.").wide(), .init("OS-Image", "The operating system.").wide(),
        .init("Kernel-Version", "The kernel.").wide(), .init("Container-Runtime", "What runs containers.").wide(),
    ]) { object, now in
        let node = Node(json: object)
        func address(_ type: String) -> JSONValue {
            .string(node.status.addresses.first { $0.type == type }?.address ?? "<none>")
        }
        let info = node.status.nodeInfo ?? .emptyObject
        var kernel = info["kernelVersion"]?.string ?? ""
        if kernel.isEmpty {
            kernel = "<unknown>"
        } else if let architecture = info["architecture"]?.string, !architecture.isEmpty {
            kernel += " (\(architecture))"
        }
        return [
            Cell.name(of: object), .string(Self.status(of: node)), .string(Self.roles(of: node)),
            Cell.age(of: object, now),
            info["kubeletVersion"] ?? "", address("InternalIP"), address("ExternalIP"),
            Cell.text(info["osImage"], none: "<unknown>"), .string(kernel),
            Cell.text(info["containerRuntimeVersion"], none: "<unknown>"),
        ]
    }

    private static func status(of node: Node) -> String {
        var texts: [String] = []
        if let ready = node.status.conditions.first(where: { $0.type == "Ready" }) {
            texts.append(ready.status == "True" ? "Ready" : "NotReady")
        }
        if texts.isEmpty { texts.append("Unknown") }
        if node.spec.isUnschedulable { texts.append("SchedulingDisabled") }
        return texts.joined(separator: ",")
    }

    private static func roles(of node: Node) -> String {
        let prefix = "node-role.kubernetes.io/"
        var roles = node.metadata.labels.keys.filter { $0.hasPrefix(prefix) && $0 != prefix }.map {
            String($0.dropFirst(prefix.count))
        }
        if let role = node.metadata.labels["kubernetes.io/role"], !role.isEmpty { roles.append(role) }
        return roles.isEmpty ? "<none>" : Set(roles).sorted().joined(separator: ",")
    }
}
