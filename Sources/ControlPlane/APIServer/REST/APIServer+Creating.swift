// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

extension APIServer {
    /// POST to a collection.
    func create(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        guard let body = request.api.body else {
            throw .badRequest("a creation needs an object")
        }
        try self.checkNamespace(of: body, request)
        return try self.create(try request.decode(body), managers: nil, request)
    }

    /// Stores what was read from a body.
    /// - Parameter managers: who manages its fields; nil for whoever asks.
    func create(
        _ decoded: ResourceDefinition.Decoded,
        managers: ManagedFields?,
        _ request: ResolvedRequest
    ) throws(StatusError) -> APIResponse {
        // A generated name may be taken; a given one is tried once.
        for _ in 0..<Limits.generatedNamesMax {
            var object = decoded.object
            let requested = object["metadata", "managedFields"]
            try self.stampNew(&object, request)
            if let managers {
                object["metadata", "managedFields"] = self.fieldSets.shared(managers.json)
            } else {
                self.manageCreation(of: &object, requested: requested, request)
            }
            if let response = try self.store(&object, request, warnings: decoded.warnings) { return response }
            guard decoded.object.name.isEmpty else { throw .alreadyExists(request.api.resource, name: object.name) }
        }
        throw .generateNameConflict(
            request.api.resource,
            name: decoded.object["metadata", "generateName"]?.string ?? ""
        )
    }

    /// Admits and stores a new object; nil when its name is taken.
    private func store(
        _ object: inout JSONValue,
        _ request: ResolvedRequest,
        warnings: [String]
    ) throws(StatusError) -> APIResponse? {
        try self.admitCreation(&object, request)
        do throws(StatusError) {
            let warnings = try warnings + request.definition.admitCreate(&object)
            let key = ObjectKey(namespace: request.namespace, name: object.name)
            if request.options.isDryRun {
                guard self.store.object(key, of: request.stored) == nil else { return nil }
                return request.response(201, object, warnings: warnings)
            }
            if let stored = self.store.create(object, at: key, of: request.stored) {
                return request.response(201, stored, warnings: warnings)
            }
        } catch {
            self.addresses.release(object)
            throw error
        }
        self.addresses.release(object)
        return nil
    }

    /// The namespace of a body, where it names one, must be the path's.
    func checkNamespace(of body: JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        let named = body["metadata", "namespace"]?.string ?? ""
        guard !named.isEmpty, named != request.namespace else { return }
        throw .badRequest(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    }

    /// Gives a new object what only the server gives: name, identity, time of birth.
    private func stampNew(_ object: inout JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        var metadata = object["metadata"] ?? .emptyObject
        if let version = metadata["resourceVersion"]?.string, !version.isEmpty {
            throw StatusError(
                code: 500,
                reason: "",
                message: "resourceVersion should not be set on objects to be created"
            )
        }
        for field in ["managedFields", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
            metadata[field] = nil
        }
        metadata["namespace"] = request.definition.isNamespaced ? .string(request.namespace) : nil
        metadata["uid"] = .string(self.configuration.makeUID())
        metadata["creationTimestamp"] = .string(self.timestamp())
        let prefix = metadata["generateName"]?.string ?? ""
        if (metadata["name"]?.string ?? "").isEmpty, !prefix.isEmpty {
            metadata["name"] = .string(Self.generatedName(prefix))
        }
        object["metadata"] = metadata
        if request.definition.kind == "Namespace" {
            object["metadata", "labels", "kubernetes.io/metadata.name"] = .string(object.name)
        }
    }

    /// The prefix (cut so that the whole fits 63 characters) and five letters or digits that spell no word.
    static func generatedName(_ prefix: String) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        let suffix = (0..<5).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] }
        return String(prefix.prefix(58)) + String(suffix)
    }
}
