// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

extension APIServer {
    /// PUT of an object or its status.
    func update(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        guard let body = request.api.body else { throw .badRequest("an update needs an object") }
        try self.checkName(of: body, request)
        try self.checkNamespace(of: body, request)
        let decoded = try request.decode(body)
        return try self.change(request) { _ throws(StatusError) in WantedObject(decoded: decoded) }
    }

    /// PATCH of an object or its status.
    func patch(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        guard let type = request.api.patchType else {
            throw StatusError(
                code: 415,
                reason: "UnsupportedMediaType",
                message: "415: Unsupported Media Type",
                details: .init()
            )
        }
        if type == .apply { return try self.apply(request) }
        let patch = request.api.body ?? .null
        let touchesManagers = Self.mayTouchManagers(patch, type)
        return try self.change(request) { current throws(StatusError) in
            var before = request.definition.encode(current, version: request.version)
            // They are the longest part of many objects, and hardly any patch is about them.
            if !touchesManagers { before["metadata", "managedFields"] = nil }
            let after = try request.definition.decodePatched(
                before,
                with: patch,
                type: type,
                version: request.version,
                fieldValidation: request.options.fieldValidation
            )
            try self.checkName(of: after.object, request)
            return WantedObject(decoded: after)
        }
    }

    /// Whether a patch could be about `metadata.managedFields`.
    private static func mayTouchManagers(_ patch: JSONValue, _ type: APIRequest.PatchType) -> Bool {
        guard type == .json else { return patch["metadata", "managedFields"] != nil || patch["$patch"] != nil }
        return (patch.array ?? []).contains { operation in
            ["path", "from"].contains { field in
                let path = operation[field]?.string ?? ""
                return operation[field] != nil && (path.isEmpty || path == "/metadata")
                    || path.hasPrefix("/metadata/managedFields")
            }
        }
    }

    /// Replaces the stored object by what a function makes of it, with all the checks of an update.
    func change(
        _ request: ResolvedRequest,
        _ wanted: (JSONValue) throws(StatusError) -> WantedObject
    ) throws(StatusError) -> APIResponse {
        var warnings: [String] = []
        let outcome: JSONValue?
        do {
            outcome = try self.store.update(request.key, of: request.stored) { current in
                let want = try wanted(current)
                var object = want.decoded.object
                let requested = request.api.subresource == nil ? object["metadata", "managedFields"] : nil
                try self.checkFreshness(of: object, against: current, request)
                self.carryOver(from: current, to: &object)
                if request.api.subresource == nil { try self.admitUpdate(&object, old: current, request) }
                warnings =
                    try want.decoded.warnings
                    + request.definition.admitUpdate(&object, old: current, subresource: request.api.subresource)
                if let managers = want.managers {
                    self.manageApply(of: &object, old: current, managers)
                } else {
                    self.manageUpdate(of: &object, old: current, requested: requested, request)
                }
                if request.options.isDryRun { return .keep(object) }
                return object.isReadyToGo ? .remove(object) : .write(object)
            }
        } catch let error as StatusError {
            throw error
        } catch {
            throw .internalError("\(error)")
        }
        guard let outcome else { throw request.notFound }
        return request.response(200, outcome, warnings: warnings)
    }

    /// The name in a body must be the path's.
    func checkName(of body: JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        let named = body.name
        if named.isEmpty {
            throw .badRequest(
                "the name of the object (\(request.name) based on URL) was undeterminable: name must be provided"
            )
        }
        if named != request.name {
            throw .badRequest("the name of the object (\(named)) does not match the name on the URL (\(request.name))")
        }
    }

    /// Optimistic concurrency: a resourceVersion or uid in the body must be that of the stored object.
    private func checkFreshness(
        of object: JSONValue,
        against current: JSONValue,
        _ request: ResolvedRequest
    ) throws(StatusError) {
        let uid = object.uid
        // A patch that changes the uid is refused by validation; only a replacement names the object it means.
        if request.api.verb == .update, !uid.isEmpty, uid != current.uid {
            let key = "/registry/\(request.definition.resource)/\(request.key)"
            throw .conflict(
                request.api.resource,
                name: request.name,
                because: "StorageError: invalid object, Code: 4, Key: \(key), ResourceVersion: 0, AdditionalErrorMsg: "
                    + "Precondition failed: UID in precondition: \(uid), UID in object meta: \(current.uid)"
            )
        }
        let version = object.resourceVersion ?? ""
        if !version.isEmpty, version != current.resourceVersion {
            throw .staleWrite(request.api.resource, name: request.name)
        }
    }

    /// What an update leaves out of the metadata stays as it is.
    private func carryOver(from current: JSONValue, to object: inout JSONValue) {
        var metadata = object["metadata"] ?? .emptyObject
        let old = current["metadata"]
        metadata["managedFields"] = nil
        metadata["selfLink"] = nil
        metadata["resourceVersion"] = old?["resourceVersion"]
        metadata["namespace"] = old?["namespace"]
        for field in [
            "generateName", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
        ]
        where metadata[field] == nil {
            metadata[field] = old?[field]
        }
        object["metadata"] = metadata
    }
}

extension JSONValue {
    /// Whether nothing holds a terminating object any more.
    var isReadyToGo: Bool {
        self.isTerminating && self.finalizers.isEmpty
            && self["metadata", "deletionGracePeriodSeconds"]?.integer ?? 0 == 0
    }
}
