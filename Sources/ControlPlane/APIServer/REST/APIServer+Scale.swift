// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

extension APIServer {
    /// GET of the `scale` subresource.
    func getScale(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        guard let object = self.store.object(request.key, of: request.stored) else { throw request.notFound }
        return APIResponse(status: 200, body: Self.scale(of: object))
    }

    /// PUT or PATCH of the `scale` subresource.
    func updateScale(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        let outcome: JSONValue?
        do {
            outcome = try self.store.update(request.key, of: request.stored) { current in
                let scale = try self.wantedScale(request, current: current)
                try self.checkName(of: scale, request)
                if let version = scale.resourceVersion, !version.isEmpty, version != current.resourceVersion {
                    throw StatusError.staleWrite(request.api.resource, name: request.name)
                }
                let replicas = scale["spec", "replicas"]?.integer ?? 0
                guard replicas >= 0 else {
                    let error = FieldError(
                        .invalid,
                        "spec.replicas",
                        value: .integer(replicas),
                        detail: "must be greater than or equal to 0"
                    )
                    throw StatusError.invalid(kind: "Scale", group: "autoscaling", name: request.name, [error])
                }
                var object = current
                object["spec", "replicas"] = .integer(replicas)
                _ = try request.definition.admitUpdate(&object, old: current, subresource: nil)
                self.manageUpdate(of: &object, old: current, requested: nil, request)
                return request.options.isDryRun ? .keep(object) : .write(object)
            }
        } catch let error as StatusError {
            throw error
        } catch {
            throw .internalError("\(error)")
        }
        guard let outcome else { throw request.notFound }
        return APIResponse(status: 200, body: Self.scale(of: outcome))
    }

    private func wantedScale(_ request: ResolvedRequest, current: JSONValue) throws(StatusError) -> JSONValue {
        let body = request.api.body ?? .emptyObject
        guard request.api.verb == .patch else { return body }
        guard let type = request.api.patchType, type != .apply else {
            throw StatusError(
                code: 415,
                reason: "UnsupportedMediaType",
                message: "415: Unsupported Media Type",
                details: .init()
            )
        }
        return try request.definition.patched(
            Self.scale(of: current),
            with: body,
            type: type == .strategicMerge ? .merge : type,
            version: "v1"
        )
    }

    private static func scale(of object: JSONValue) -> JSONValue {
        var metadata = JSONValue.emptyObject
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            metadata[field] = object["metadata", field]
        }
        var spec = JSONValue.emptyObject
        if let replicas = object["spec", "replicas"]?.integer, replicas != 0 { spec["replicas"] = .integer(replicas) }
        var status: JSONValue = ["replicas": .integer(object["status", "replicas"]?.integer ?? 0)]
        if let selector = object["spec", "selector"] {
            let text = LabelSelector(json: selector).query.description
            if !text.isEmpty { status["selector"] = .string(text) }
        }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status,
        ]
    }
}
