// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import JSON
import KubernetesAPI
import KubernetesClient

/// Looks up what a pod refers to: ConfigMaps, and the volumes of its claims.
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
        for name in Self.configMaps(of: pod) {
            let request = APIRequest(.get, .configMaps, namespace: namespace, name: name)
            do {
                let object = try await self.client.send(request)
                inputs.configMaps[name] = ConfigMapContent(
                    data: Self.strings(object["data"]),
                    binaryData: Self.strings(object["binaryData"])
                )
            } catch let error as StatusError where error.code == 404 {
                continue  // whether that matters is said where it is used: the reference may be optional
            }
        }
        return inputs
    }

    private static func configMaps(of pod: Pod) -> Set<String> {
        var names = Set(pod.spec.volumes.compactMap { $0.configMap?.name })
        for container in pod.spec.initContainers + pod.spec.containers {
            for source in container.envFrom { names.formUnion([source.configMapRef?.name].compactMap(\.self)) }
            for variable in container.env {
                names.formUnion([variable.valueFrom?.configMapKeyRef?.name].compactMap(\.self))
            }
        }
        return names
    }

    private static func strings(_ value: JSONValue?) -> [String: String] {
        guard let object = value?.object else { return [:] }
        return Dictionary(uniqueKeysWithValues: object.compactMap { key, value in value.string.map { (key, $0) } })
    }
}
