// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI

/// The environment of a container: what the cluster and the image set, `envFrom`, `env` with the downward API, in upstream's order.
struct EnvironmentBuilder {
    let facts: DownwardAPI
    let inputs: PodInputs
    /// What the cluster sets in every container.
    let base: [String: String]

    /// The variables, the image's among them.
    func environment(of container: Container, image: LocalImage) throws(RuntimeError) -> [String: String] {
        var result = self.base
        result.merge(image.environment) { $1 }
        result["HOSTNAME"] = self.facts.hostname
        result["POD_IP"] = self.facts.address
        let pod = self.facts.pod
        if !pod.spec.subdomain.isEmpty {
            // What `hostname -d` says in a real pod of a headless service.
            result["POD_DOMAIN"] = "\(pod.spec.subdomain).\(pod.metadata.namespace).svc.cluster.local"
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

    private func add(_ source: EnvFromSource, to result: inout [String: String]) throws(RuntimeError) {
        let sources = [
            ("configmap", source.configMapRef, self.inputs.configMaps),
            ("secret", source.secretRef, self.inputs.secrets),
        ]
        for (kind, reference, objects) in sources {
            guard let reference else { continue }
            guard let object = objects[reference.name] else {
                if reference.isOptional { continue }
                throw RuntimeError(.badConfiguration, "\(kind) \"\(reference.name)\" not found")
            }
            for (key, value) in object.texts { result[source.prefix + key] = value }
        }
    }

    private func value(
        of source: EnvVarSource,
        in container: Container,
        variable: String
    ) throws(RuntimeError) -> String? {
        if let field = source.fieldRef { return try self.facts.field(field.fieldPath) }
        if let reference = source.resourceFieldRef { return try self.facts.resource(reference, of: container) }
        if let reference = source.configMapKeyRef {
            return try self.text(reference, kind: "ConfigMap", of: self.inputs.configMaps)
        }
        if let reference = source.secretKeyRef {
            return try self.text(reference, kind: "Secret", of: self.inputs.secrets)
        }
        throw RuntimeError(.badConfiguration, "environment variable \(variable) has a source that is not supported")
    }

    private func text(
        _ reference: KeyReference,
        kind: String,
        of objects: [String: KeyedContent]
    ) throws(RuntimeError) -> String? {
        guard let object = objects[reference.name] else {
            if reference.isOptional { return nil }
            throw RuntimeError(.badConfiguration, "\(kind.lowercased()) \"\(reference.name)\" not found")
        }
        if let value = object.texts[reference.key] { return value }
        if reference.isOptional { return nil }
        let name = "\(self.facts.pod.metadata.namespace)/\(reference.name)"
        throw RuntimeError(.badConfiguration, "couldn't find key \(reference.key) in \(kind) \(name)")
    }
}
