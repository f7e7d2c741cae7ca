// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

extension APIServer {
    /// GET of an object.
    func get(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        let (object, revision) = self.store.read { ($0.object(request.key, of: request.stored), $0.revision) }
        try self.checkReached(request.options.resourceVersion, present: revision)
        guard let object else { throw request.notFound }
        return request.response(200, object)
    }

    /// GET of a collection.
    func list(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        let options = request.options
        let namespace = request.definition.isNamespaced ? request.api.namespace : nil
        let present = self.store.revision
        try self.checkReached(options.resourceVersion, present: present)
        // -1 in a token: go on in the present, whatever has changed since.
        let continued = options.continueToken.map { $0.revision < 0 ? nil : $0.revision } ?? options.exactRevision
        let (objects, revision) = self.store.read { state in
            if let past = continued, past < state.revision {
                return (state.objects(of: request.stored, namespace: namespace, at: past), past)
            }
            return (state.objects(of: request.stored, namespace: namespace), state.revision)
        }
        guard let objects else {
            if let token = options.continueToken { throw Self.expired(token) }
            throw .expired("The resourceVersion for the provided list is too old.")
        }
        let page = options.page(of: objects.filter(options.selection.matches), revision: revision, namespace: namespace)
        return self.listResponse(request, page.items, revision: revision, metadata: page.metadata)
    }

    /// A list object of a page of objects; items carry no kind of their own.
    func listResponse(
        _ request: ResolvedRequest,
        _ objects: [JSONValue],
        revision: Int64,
        metadata: JSONObject
    ) -> APIResponse {
        let items = objects.map { object in
            var item = request.definition.encode(object, version: request.version)
            item["kind"] = nil
            item["apiVersion"] = nil
            return item
        }
        var metadata = metadata
        metadata["resourceVersion"] = .string(String(revision))
        return APIResponse(
            status: 200,
            body: [
                "kind": .string(request.definition.kind + "List"),
                "apiVersion": .string(request.api.resource.apiVersion),
                "metadata": .object(metadata), "items": .array(items),
            ]
        )
    }

    private func checkReached(_ asked: Int64?, present: Int64) throws(StatusError) {
        if let asked, asked > present { throw .resourceVersionTooLarge(asked, current: present) }
    }

    private static func expired(_ token: ContinueToken) -> StatusError {
        var error = StatusError.expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list "
                + "without the continue parameter, or use the continue token in this response to retrieve the remainder "
                + "of the results. Continuing with the provided token results in an inconsistent list - objects that were "
                + "created, modified, or deleted between the time the first chunk was returned and now may show up in "
                + "the list."
        )
        error.continueToken = ContinueToken(revision: -1, start: token.start).text
        return error
    }
}
