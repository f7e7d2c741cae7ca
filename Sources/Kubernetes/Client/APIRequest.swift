// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import KubernetesAPI

/// A request to a Kubernetes API, before any transport: REST decodes into it, the in-process transport takes it as it is.
public struct APIRequest: Hashable, Sendable {
    /// What is asked; names are those of Kubernetes' authorization verbs.
    public enum Verb: String, Hashable, Sendable {
        case get, list, watch, create, update, patch, delete, deletecollection
    }

    /// The kind of a patch body (RFC 6902, RFC 7386, Kubernetes' strategic merge, server-side apply).
    public enum PatchType: String, Hashable, Sendable {
        case json = "application/json-patch+json"
        case merge = "application/merge-patch+json"
        case strategicMerge = "application/strategic-merge-patch+json"
        case apply = "application/apply-patch+yaml"
    }

    /// What is asked.
    public var verb: Verb
    /// Of which kind of object: `apps/v1 statefulsets`.
    public var resource: GroupVersionResource
    /// In which namespace; nil for cluster-wide kinds and for lists over all namespaces.
    public var namespace: String?
    /// The object's name; nil for collections.
    public var name: String?
    /// `status`, `scale`, `eviction`, `log`, …; nil for the object itself.
    public var subresource: String?
    /// Query parameters by name (`labelSelector`, `resourceVersion`, `fieldValidation`, …).
    public var parameters: [String: String]
    /// The body as a JSON value; DeleteOptions for deletions.
    public var body: JSONValue?
    /// The kind of patch; only with ``Verb/patch``.
    public var patchType: PatchType?

    /// A request; what is left out is absent.
    public init(
        _ verb: Verb,
        _ resource: GroupVersionResource,
        namespace: String? = nil,
        name: String? = nil,
        subresource: String? = nil,
        parameters: [String: String] = [:],
        body: JSONValue? = nil,
        patchType: PatchType? = nil
    ) {
        self.verb = verb
        self.resource = resource
        self.namespace = namespace
        self.name = name
        self.subresource = subresource
        self.parameters = parameters
        self.body = body
        self.patchType = patchType
    }
}

/// An answer: the HTTP status, the object, list or `Status` as JSON, and the texts of Warning headers.
public struct APIResponse: Hashable, Sendable {
    /// The HTTP status code.
    public var status: Int
    /// The object, list or `Status`.
    public var body: JSONValue
    /// Texts of the Warning headers, in order.
    public var warnings: [String]

    /// An answer.
    public init(status: Int, body: JSONValue, warnings: [String] = []) {
        self.status = status
        self.body = body
        self.warnings = warnings
    }
}
