// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import JSON
import KubernetesAPI
import KubernetesClient

/// Looks up what a pod refers to: ConfigMaps, Secrets, and the volumes of its claims.
struct PodInputLoader {
    let client: KubernetesClient

    /// - Throws: `RuntimeError` of code `FailedMount` while a claim is not bound.
    func inputs(of pod: Pod) async throws -> PodInputs {
        var inputs = PodInputs()
        let namespace = pod.metadata.namespace
        for volume in pod.spec.volumes {
            guard let name = volume.persistentVolumeClaim?.claimName else { continue }
            let claim = try await self.client.find(PersistentVolumeClaim.self, name, namespace: namespace)
            guard let claim else { throw RuntimeError(.mountFailed, "persistentvolumeclaim \"\(name)\" not found") }
            guard !claim.spec.volumeName.isEmpty, claim.status.phase == "Bound" else {
                throw RuntimeError(.mountFailed, "pod has unbound immediate PersistentVolumeClaims: \(name)")
            }
            inputs.claims[name] = claim.spec.volumeName
        }
        let names = References(of: pod)
        for name in names.configMaps.sorted() {
            guard let object = try await self.find(.configMaps, name, namespace: namespace) else { continue }
            inputs.configMaps[name] = KeyedContent(
                data: Self.strings(object["data"]),
                binaryData: Self.strings(object["binaryData"])
            )
        }
        for name in names.secrets.sorted() {
            guard let object = try await self.find(.secrets, name, namespace: namespace) else { continue }
            inputs.secrets[name] = KeyedContent(binaryData: Self.strings(object["data"]))
        }
        return inputs
    }

    /// An object; nil when it does not exist. Whether that matters is said where it is used: the reference may be optional.
    private func find(_ resource: GroupVersionResource, _ name: String, namespace: String) async throws -> JSONValue? {
        do {
            return try await self.client.send(APIRequest(.get, resource, namespace: namespace, name: name))
        } catch let error as StatusError where error.code == 404 {
            return nil
        }
    }

    /// The names that a pod refers to.
    private struct References {
        var configMaps: Set<String> = []
        var secrets: Set<String> = []

        init(of pod: Pod) {
            for volume in pod.spec.volumes {
                self.add(configMap: volume.configMap?.name, secret: volume.secret?.secretName)
                for source in volume.projected?.sources ?? [] {
                    self.add(configMap: source.configMap?.name, secret: source.secret?.name)
                }
            }
            for container in pod.spec.initContainers + pod.spec.containers {
                for source in container.envFrom {
                    self.add(configMap: source.configMapRef?.name, secret: source.secretRef?.name)
                }
                for source in container.env.compactMap(\.valueFrom) {
                    self.add(configMap: source.configMapKeyRef?.name, secret: source.secretKeyRef?.name)
                }
            }
        }

        private mutating func add(configMap: String?, secret: String?) {
            if let configMap { self.configMaps.insert(configMap) }
            if let secret { self.secrets.insert(secret) }
        }
    }

    private static func strings(_ value: JSONValue?) -> [String: String] {
        guard let object = value?.object else { return [:] }
        return Dictionary(uniqueKeysWithValues: object.compactMap { key, value in value.string.map { (key, $0) } })
    }
}
