// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
package import KubernetesAPI
package import KubernetesClient

/// A request with what only HTTP knows of it.
package struct RESTRequest: Hashable, Sendable {
    /// The request itself.
    package var api: APIRequest
    /// Members that occur more than once in the body, as the parser reported them.
    package var duplicateFields: [String]
    /// The program that asks, as its User-Agent header names it; what it writes belongs to it when it names no field manager.
    package var userAgent: String

    /// A request.
    package init(_ api: APIRequest, duplicateFields: [String] = [], userAgent: String = "") {
        self.api = api
        self.duplicateFields = duplicateFields
        self.userAgent = userAgent
    }
}

/// A request whose kind of object is known and whose parameters make sense.
package struct ResolvedRequest: Sendable {
    package var rest: RESTRequest
    package var definition: ResourceDefinition
    package var options: RequestOptions

    package var api: APIRequest { self.rest.api }
    /// The version that the client speaks.
    var version: String { self.api.resource.version }
    /// Which objects it is about, as they are stored.
    package var stored: GroupVersionResource { self.definition.stored }
    /// The name in the path.
    var name: String { self.api.name ?? "" }
    /// The namespace in the path; empty for cluster-wide kinds.
    var namespace: String { self.definition.isNamespaced ? self.api.namespace ?? "" : "" }
    /// The object's key in the store.
    var key: ObjectKey { ObjectKey(namespace: self.namespace, name: self.name) }
    /// 404 for the object that the path names.
    var notFound: StatusError { .notFound(self.api.resource, name: self.name) }

    /// Whom the fields that this request sets belong to.
    func writer(at time: String) -> FieldWriter {
        FieldWriter(
            manager: self.options.fieldManager ?? Self.manager(ofAgent: self.rest.userAgent),
            apiVersion: self.api.resource.apiVersion,
            subresource: self.api.subresource,
            time: time
        )
    }

    /// The first word of a User-Agent, without what cannot be printed.
    private static func manager(ofAgent agent: String) -> String {
        let name = agent.prefix { $0 != "/" }.unicodeScalars.filter(RequestOptions.isPrintable)
        return String(String.UnicodeScalarView(name.prefix(RequestOptions.fieldManagerLengthMax)))
    }

    /// Reads the body as an object of the resource's kind.
    func decode(_ body: JSONValue) throws(StatusError) -> ResourceDefinition.Decoded {
        try self.definition.decode(
            body,
            version: self.version,
            fieldValidation: self.options.fieldValidation,
            duplicateFields: self.rest.duplicateFields
        )
    }

    /// An answer with an object in the version that the client speaks.
    func response(_ status: Int, _ object: JSONValue, warnings: [String] = []) -> APIResponse {
        APIResponse(
            status: status,
            body: self.definition.encode(object, version: self.version),
            warnings: warnings
        )
    }
}

extension JSONValue {
    /// `metadata.deletionTimestamp` is set.
    var isTerminating: Bool { self["metadata", "deletionTimestamp"]?.string != nil }
    /// `metadata.finalizers`.
    var finalizers: [String] {
        get { self["metadata", "finalizers"]?.array?.compactMap(\.string) ?? [] }
        set { self["metadata", "finalizers"] = newValue.isEmpty ? nil : .array(newValue.map(JSONValue.string)) }
    }
    /// `metadata.name`.
    var name: String { self["metadata", "name"]?.string ?? "" }
    /// `metadata.uid`.
    var uid: String { self["metadata", "uid"]?.string ?? "" }
}
