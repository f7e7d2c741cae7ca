// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// The environment of a container: what the cluster and the image set, `envFrom`, `env` with the downward API, in upstream's order.
struct EnvironmentBuilder {
    let pod: Pod
    let address: String
    let hostAddress: String
    let inputs: PodInputs
    /// What the cluster sets in every container.
    let base: [String: String]

    /// The variables, the image's among them.
    func environment(of container: Container, image: LocalImage) throws(RuntimeError) -> [String: String] {
        var result = self.base
        result.merge(image.environment) { $1 }
        result["HOSTNAME"] = self.hostname
        result["POD_IP"] = self.address
        if !self.pod.spec.subdomain.isEmpty {
            // What `hostname -d` says in a real pod of a headless service.
            let namespace = self.pod.metadata.namespace
            result["POD_DOMAIN"] = "\(self.pod.spec.subdomain).\(namespace).svc.cluster.local"
        }
        for source in container.envFrom {
            try self.add(source, to: &result)
        }
        // Only what is listed before a variable can be referred to by it.
        var known = result
        for variable in container.env {
            let value: String?
            if let source = variable.valueFrom {
                value = try self.value(of: source, in: container, variable: variable.name)
            } else {
                value = VariableExpansion.expand(variable.value, known)
            }
            guard let value else { continue }
            known[variable.name] = value
            result[variable.name] = value
        }
        return result
    }

    /// The pod's host name.
    var hostname: String {
        let name = self.pod.spec.hostname
        return name.isEmpty ? String(self.pod.metadata.name.prefix(63)) : name
    }

    private func add(_ source: EnvFromSource, to result: inout [String: String]) throws(RuntimeError) {
        if let reference = source.secretRef {
            guard reference.isOptional else { throw Self.noSecrets(reference.name) }
        }
        guard let reference = source.configMapRef else { return }
        guard let map = self.inputs.configMaps[reference.name] else {
            if reference.isOptional { return }
            throw RuntimeError(.badConfiguration, "configmap \"\(reference.name)\" not found")
        }
        for (key, value) in map.data {
            result[source.prefix + key] = value
        }
    }

    private func value(
        of source: EnvVarSource,
        in container: Container,
        variable: String
    ) throws(RuntimeError) -> String? {
        if let field = source.fieldRef { return try self.field(field.fieldPath) }
        if let reference = source.resourceFieldRef { return try self.resource(reference, of: container) }
        if let reference = source.configMapKeyRef {
            guard let map = self.inputs.configMaps[reference.name] else {
                if reference.isOptional { return nil }
                throw RuntimeError(.badConfiguration, "configmap \"\(reference.name)\" not found")
            }
            if let value = map.data[reference.key] { return value }
            if reference.isOptional { return nil }
            let name = "\(self.pod.metadata.namespace)/\(reference.name)"
            throw RuntimeError(.badConfiguration, "couldn't find key \(reference.key) in ConfigMap \(name)")
        }
        if let reference = source.secretKeyRef {
            if reference.isOptional { return nil }
            throw Self.noSecrets(reference.name)
        }
        throw RuntimeError(.badConfiguration, "environment variable \(variable) has a source that is not supported")
    }

    private static func noSecrets(_ name: String) -> RuntimeError {
        RuntimeError(.badConfiguration, "secret \"\(name)\" not found (a controlled cluster has no secrets yet)")
    }

    private func field(_ path: String) throws(RuntimeError) -> String {
        let metadata = self.pod.metadata
        switch path {
        case "metadata.name": return metadata.name
        case "metadata.namespace": return metadata.namespace
        case "metadata.uid": return metadata.uid
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

    /// The key of `metadata.labels['key']`.
    private static func key(of path: String, in map: String) -> String? {
        guard path.hasPrefix("\(map)['"), path.hasSuffix("']") else { return nil }
        return String(path.dropFirst(map.count + 2).dropLast(2))
    }

    private func resource(
        _ reference: ResourceFieldReference,
        of container: Container
    ) throws(RuntimeError) -> String {
        var container = container
        if !reference.containerName.isEmpty {
            guard let named = self.pod.spec.containers.first(where: { $0.name == reference.containerName }) else {
                throw RuntimeError(.badConfiguration, "container \(reference.containerName) not found")
            }
            container = named
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
