// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

extension APIServer {
    /// Deletes what is in terminating namespaces and, once they are empty, the namespaces.
    func sweepTerminatingNamespaces() {
        let namespaces = self.store.read { $0.objects(of: .namespaces, namespace: nil) }
        for namespace in namespaces where namespace.isTerminating {
            var remaining = 0
            for definition in self.registry.definitions where definition.isNamespaced && definition.storage == nil {
                let objects = self.store.read { $0.objects(of: definition.stored, namespace: namespace.name) }
                remaining += objects.count
                for object in objects where !object.isTerminating { self.sweep(object, definition) }
            }
            if remaining == 0 { self.finish(namespace) }
        }
    }

    private func sweep(_ object: JSONValue, _ definition: ResourceDefinition) {
        let key = ObjectKey(of: object)
        var request = APIRequest(.delete, definition.stored, namespace: key.namespace, name: key.name)
        request.body = ["propagationPolicy": "Background"]
        // What cannot be deleted now (somebody else was faster) is met again by the next sweep.
        _ = self.answer(request)
    }

    private func finish(_ namespace: JSONValue) {
        self.store.update(ObjectKey(namespace: "", name: namespace.name), of: .namespaces) { current in
            var object = current
            object["spec", "finalizers"] = nil
            return object.finalizers.isEmpty ? .remove(object) : .write(object)
        }
    }
}
