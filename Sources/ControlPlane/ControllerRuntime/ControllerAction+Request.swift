// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Controllers
package import JSON
package import KubernetesAPI
package import KubernetesClient

extension ControllerAction {
    /// The request that carries the action out.
    package var request: APIRequest {
        let namespace = self.key.namespace.isEmpty ? nil : self.key.namespace
        var request = APIRequest(.get, self.resource, namespace: namespace, name: self.key.name)
        request.body = self.body
        switch self.operation {
        case .read:
            request.body = nil
        case .create:
            request.verb = .create
            request.name = nil
        case .update(let subresource):
            request.verb = .update
            request.subresource = subresource
        case .mergePatch(let subresource):
            request.verb = .patch
            request.patchType = .merge
            request.subresource = subresource
        case .delete(let uid, let resourceVersion, let propagation):
            request.verb = .delete
            var options = DeleteOptions(uid: uid.isEmpty ? nil : uid, resourceVersion: resourceVersion)
            options.propagationPolicy = propagation.flatMap(DeleteOptions.PropagationPolicy.init(rawValue:))
            request.body = options.json
        case .evict(let uid):
            request.verb = .create
            request.subresource = "eviction"
            request.body = [
                "apiVersion": "policy/v1", "kind": "Eviction",
                "metadata": ["name": .string(self.key.name), "namespace": .string(self.key.namespace)],
                "deleteOptions": DeleteOptions(uid: uid).json,
            ]
        case .createSubresource(let subresource):
            request.verb = .create
            request.subresource = subresource
        }
        return request
    }

    /// Whether a refusal is as good as success.
    package func tolerates(_ error: StatusError) -> Bool {
        switch self.tolerated {
        case .absence?: error.isNotFound || (error.isConflict && self.isDeletion)
        case .existence?: error.isAlreadyExists
        case nil: false
        }
    }

    private var isDeletion: Bool {
        switch self.operation {
        case .delete, .evict: true
        case .create, .update, .mergePatch, .createSubresource, .read: false
        }
    }

    /// What the next sync must have seen of this action; nil when its answer does not tell.
    package func ownWrite(_ answer: JSONValue) -> OwnWrite? {
        switch self.operation {
        case .create, .update, .mergePatch, .read:
            guard let version = answer["metadata", "resourceVersion"]?.string.flatMap(Int64.init) else { return nil }
            return .version(self.resource, self.key, version)
        case .delete(let uid, _, _), .evict(let uid):
            return uid.isEmpty ? nil : .deleted(ObjectIdentity(resource: self.resource, key: self.key, uid: uid))
        case .createSubresource:
            // Only pods are bound; the body names the life of the pod.
            guard let uid = self.body?["metadata", "uid"]?.string else { return nil }
            return .bound(ObjectIdentity(resource: self.resource, key: self.key, uid: uid))
        }
    }
}
