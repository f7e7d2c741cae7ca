// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// What a pod can know about itself: its fields, and what its containers asked for.
struct DownwardAPI {
    let pod: Pod
    /// The pod's address; empty where it is not known yet, as when volumes are made.
    let address: String
    let hostAddress: String

    /// The pod's host name.
    var hostname: String {
        let name = self.pod.spec.hostname
        return name.isEmpty ? String(self.pod.metadata.name.prefix(63)) : name
    }

    /// The value of a field such as `metadata.name`.
    /// - Throws: ``RuntimeError`` of code ``RuntimeError/Code/badConfiguration`` for a field that cannot be had.
    func field(_ path: String) throws(RuntimeError) -> String {
        let metadata = self.pod.metadata
        switch path {
        case "metadata.name": return metadata.name
        case "metadata.namespace": return metadata.namespace
        case "metadata.uid": return metadata.uid
        case "metadata.labels": return Self.lines(metadata.labels)
        case "metadata.annotations": return Self.lines(metadata.annotations)
        case "spec.nodeName": return self.pod.spec.nodeName
        case "spec.serviceAccountName":
            let account = self.pod.spec.serviceAccountName
            return account.isEmpty ? "default" : account
        case "status.podIP", "status.podIPs": return self.address
        case "status.hostIP", "status.hostIPs": return self.hostAddress
        default:
            if let key = Self.key(of: path, in: "metadata.labels") { return metadata.labels[key] ?? "" }
            if let key = Self.key(of: path, in: "metadata.annotations") { return metadata.annotations[key] ?? "" }
            throw RuntimeError(.badConfiguration, "unsupported fieldPath: \(path)")
        }
    }

    /// A whole map, in the format of upstream's fieldpath.FormatMap.
    private static func lines(_ map: [String: String]) -> String {
        map.sorted { $0.key < $1.key }.map { key, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(key)=\"\(escaped)\""
        }.joined(separator: "\n")
    }

    /// The key of `metadata.labels['key']`.
    private static func key(of path: String, in map: String) -> String? {
        guard path.hasPrefix("\(map)['"), path.hasSuffix("']") else { return nil }
        return String(path.dropFirst(map.count + 2).dropLast(2))
    }

    /// What a container asked for or may use, divided and rounded up.
    /// - Parameter container: the one that is meant when the reference names none.
    /// - Throws: ``RuntimeError`` of code ``RuntimeError/Code/badConfiguration`` for what cannot be had.
    func resource(
        _ reference: ResourceFieldReference,
        of container: Container?
    ) throws(RuntimeError) -> String {
        let name = reference.containerName.isEmpty ? container?.name ?? "" : reference.containerName
        let all = self.pod.spec.containers + self.pod.spec.initContainers
        guard let container = all.first(where: { $0.name == name }) else {
            throw RuntimeError(.badConfiguration, "container \(name) not found")
        }
        let parts = reference.resource.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0] == "limits" || parts[0] == "requests" else {
            throw RuntimeError(.badConfiguration, "unsupported container resource : \(reference.resource)")
        }
        let amounts = parts[0] == "limits" ? container.resources.limits : container.resources.requests
        let amount = (amounts[parts[1]] ?? Quantity(0)).nanos
        let divisor = (Self.quantity(reference.divisor) ?? Quantity(1)).nanos
        // Rounded up, as upstream does: half a core divided by one is "1".
        return String((amount + divisor - 1) / max(divisor, 1))
    }

    private static func quantity(_ text: String) -> Quantity? {
        guard let quantity = Quantity(json: .string(text)), !quantity.isZero else { return nil }
        return quantity
    }
}
