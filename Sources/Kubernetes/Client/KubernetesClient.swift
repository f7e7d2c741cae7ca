// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import KubernetesAPI

/// The typed front of a Kubernetes API, over any transport.
///
/// Every call throws ``KubernetesAPI/StatusError`` when the server refuses, and the transport's own error when there was no answer.
public struct KubernetesClient: Sendable {
    /// How requests travel.
    public let transport: any KubernetesTransport

    /// A client over a transport.
    public init(_ transport: any KubernetesTransport) {
        self.transport = transport
    }

    /// Sends a request and returns the body of a success.
    /// - Throws: `StatusError` when the answer's code is 400 or more.
    @discardableResult
    public func send(_ request: APIRequest) async throws -> JSONValue {
        let response = try await self.transport.send(request)
        guard response.status < 400 else { throw StatusError(json: response.body, code: response.status) }
        return response.body
    }

    /// The object of that name. A namespace is required for namespaced kinds.
    public func get<Object: KubernetesObject>(
        _ type: Object.Type,
        _ name: String,
        namespace: String? = nil
    ) async throws -> Object {
        Object(json: try await self.send(APIRequest(.get, Object.resource, namespace: namespace, name: name)))
    }

    /// The object of that name, or nil when there is none (404).
    public func find<Object: KubernetesObject>(
        _ type: Object.Type,
        _ name: String,
        namespace: String? = nil
    ) async throws -> Object? {
        do {
            return try await self.get(type, name, namespace: namespace)
        } catch let error as StatusError where error.code == 404 {
            return nil
        }
    }

    /// The objects that both selectors match, in every namespace when none is named.
    public func list<Object: KubernetesObject>(
        _ type: Object.Type,
        namespace: String? = nil,
        labelSelector: String? = nil,
        fieldSelector: String? = nil
    ) async throws -> ObjectList<Object> {
        var request = APIRequest(.list, Object.resource, namespace: namespace)
        request.parameters["labelSelector"] = labelSelector
        request.parameters["fieldSelector"] = fieldSelector
        return ObjectList(json: try await self.send(request), apiVersion: Object.resource.apiVersion, kind: Object.kind)
    }

    /// Creates an object and returns it as stored.
    public func create<Object: KubernetesObject>(_ object: Object) async throws -> Object {
        let namespace = object.metadata.namespace
        let request = APIRequest(
            .create,
            Object.resource,
            namespace: namespace.isEmpty ? nil : namespace,
            body: object.json
        )
        return Object(json: try await self.send(request))
    }

    /// Replaces an object; a `resourceVersion` in it makes a change in between a conflict (409).
    public func update<Object: KubernetesObject>(_ object: Object) async throws -> Object {
        try await self.update(object, subresource: nil)
    }

    /// Replaces an object's status; its spec and metadata stay.
    public func updateStatus<Object: KubernetesObject>(_ object: Object) async throws -> Object {
        try await self.update(object, subresource: "status")
    }

    private func update<Object: KubernetesObject>(_ object: Object, subresource: String?) async throws -> Object {
        let metadata = object.metadata
        var request = APIRequest(.update, Object.resource, name: metadata.name, subresource: subresource)
        request.namespace = metadata.namespace.isEmpty ? nil : metadata.namespace
        request.body = object.json
        return Object(json: try await self.send(request))
    }

    /// Patches an object (or its `status`, `scale`) and returns what became of it.
    public func patch<Object: KubernetesObject>(
        _ type: Object.Type,
        _ name: String,
        namespace: String? = nil,
        subresource: String? = nil,
        kind: APIRequest.PatchType = .merge,
        _ patch: JSONValue
    ) async throws -> Object {
        var request = APIRequest(.patch, Object.resource, namespace: namespace, name: name, subresource: subresource)
        request.body = patch
        request.patchType = kind
        return Object(json: try await self.send(request))
    }

    /// Asks for an object's deletion; it goes once its grace period and finalizers allow.
    public func delete<Object: KubernetesObject>(
        _ type: Object.Type,
        _ name: String,
        namespace: String? = nil,
        options: DeleteOptions = DeleteOptions()
    ) async throws {
        var request = APIRequest(.delete, Object.resource, namespace: namespace, name: name)
        request.body = options.json
        try await self.send(request)
    }

    /// Asks for a pod's eviction: a deletion that disruption budgets may refuse (429).
    public func evict(pod name: String, namespace: String, options: DeleteOptions = DeleteOptions()) async throws {
        var request = APIRequest(.create, .pods, namespace: namespace, name: name, subresource: "eviction")
        request.body = [
            "apiVersion": "policy/v1", "kind": "Eviction",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "deleteOptions": options.json,
        ]
        try await self.send(request)
    }

    /// Watches objects from a resourceVersion on (from the present state when nil).
    /// - Throws: `StatusError` when the watch is refused.
    public func watch<Object: KubernetesObject>(
        _ type: Object.Type,
        namespace: String? = nil,
        resourceVersion: String? = nil,
        labelSelector: String? = nil,
        fieldSelector: String? = nil
    ) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
        var request = APIRequest(.watch, Object.resource, namespace: namespace)
        request.parameters["resourceVersion"] = resourceVersion
        request.parameters["labelSelector"] = labelSelector
        request.parameters["fieldSelector"] = fieldSelector
        request.parameters["allowWatchBookmarks"] = "true"
        return try await self.transport.watch(request)
    }
}
