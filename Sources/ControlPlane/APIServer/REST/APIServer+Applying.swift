// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// Server-side apply.
extension APIServer {
    /// PATCH of an object or its status with a configuration; creates an object that is not there.
    func apply(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        let configuration = request.api.body ?? .emptyObject
        // An object may come into being, or go, between the look and the write.
        for _ in 0..<Limits.generatedNamesMax {
            if self.store.object(request.key, of: request.stored) != nil {
                do throws(StatusError) {
                    return try self.change(request) { current throws(StatusError) in
                        try self.wanted(by: configuration, over: current, request)
                    }
                } catch  where error.isNotFound {
                    continue
                }
            }
            guard request.api.subresource == nil else { throw request.notFound }
            let empty = self.emptyObject(of: request.definition)
            let wanted = try self.wanted(by: configuration, over: empty, request)
            do throws(StatusError) {
                return try self.create(wanted.decoded, managers: wanted.managers, request)
            } catch  where error.isAlreadyExists {
                continue
            }
        }
        throw .conflict(
            request.api.resource,
            name: request.name,
            because: "the object keeps appearing and disappearing"
        )
    }

    private func wanted(
        by configuration: JSONValue,
        over live: JSONValue,
        _ request: ResolvedRequest
    ) throws(StatusError) -> WantedObject {
        let (definition, version) = (request.definition, request.version)
        try self.checkKind(of: configuration, request)
        let isStatus = request.api.subresource == "status"
        let application = ServerSideApply(
            kind: definition.kind,
            kindText: Self.kindText(request.api.resource.apiVersion, definition.kind),
            writer: request.writer(at: self.timestamp()),
            isForced: request.options.isForced,
            empty: self.emptyObject(of: definition)
        )
        let outcome = try application.applied(configuration, to: live) { field in
            isStatus ? field == "spec" : field == "status"
        }
        guard let object = outcome.object else {
            try self.checkName(of: live, request)
            return WantedObject(decoded: .init(object: live, warnings: []), managers: outcome.managers)
        }
        try self.checkName(of: object, request)
        try self.checkNamespace(of: object, request)
        // What the configuration says is in the client's version; the rest is as it was stored.
        var body = definition.encode(object, version: version)
        body["metadata", "managedFields"] = nil
        let decoded = try definition.decode(body, version: version, fieldValidation: .ignore)
        return WantedObject(decoded: decoded, managers: outcome.managers)
    }

    /// A configuration has to name what it is.
    private func checkKind(of configuration: JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        let (kind, version) = (configuration["kind"]?.string ?? "", configuration["apiVersion"]?.string ?? "")
        guard kind == request.definition.kind, version == request.api.resource.apiVersion else {
            throw .badRequest("invalid object type: \(Self.kindText(version, kind))")
        }
    }

    /// A kind as Go prints it: group, slash, version, kind.
    private static func kindText(_ apiVersion: String, _ kind: String) -> String {
        "\(apiVersion.contains("/") ? "" : "/")\(apiVersion), Kind=\(kind)"
    }
}

/// What a request wants an object to be.
struct WantedObject {
    /// The object.
    var decoded: ResourceDefinition.Decoded
    /// Who manages its fields, where the request settles that.
    var managers: ManagedFields?
}
