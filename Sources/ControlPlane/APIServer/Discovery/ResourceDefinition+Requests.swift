// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesAPI
package import KubernetesClient

/// What a request handler does with an object, step by step. Creation: ``decode(_:version:fieldValidation:duplicateFields:)``,
/// set `metadata` (name, namespace, uid, creationTimestamp), admission, ``admitCreate(_:)``, store, ``encode(_:version:)``.
extension ResourceDefinition {
    /// A body that was read: the object in its stored version, normalised and with defaults, and warnings about fields.
    package struct Decoded: Hashable, Sendable {
        /// The object.
        package var object: JSONValue
        /// Texts of Warning headers.
        package var warnings: [String]
    }

    /// Reads a body: checks types and unknown fields, brings it into the normal form (quantities, empty fields) and into
    /// the stored version, fills in defaults.
    /// - Parameters:
    ///   - version: the version in the request's path.
    ///   - duplicateFields: what the JSON parser reported.
    /// - Throws: 400 when it is another kind, a field has the wrong type, or is unknown and validation is strict.
    package func decode(
        _ body: JSONValue,
        version: String,
        fieldValidation: FieldValidation,
        duplicateFields: [String] = []
    ) throws(StatusError) -> Decoded {
        fatalError("soon")
    }

    /// The object in a served version, `apiVersion` and `kind` set.
    package func encode(_ object: JSONValue, version: String) -> JSONValue {
        fatalError("soon")
    }

    /// Prepares and checks a new object; returns texts of Warning headers.
    /// - Throws: 422 with all that is wrong.
    package func admitCreate(_ object: inout JSONValue) throws(StatusError) -> [String] {
        fatalError("soon")
    }

    /// Prepares and checks an update against the stored object; returns texts of Warning headers. When the outcome
    /// equals `old`, nothing needs to be stored.
    /// - Parameter subresource: nil or `status`.
    /// - Throws: 422 with all that is wrong.
    package func admitUpdate(
        _ object: inout JSONValue,
        old: JSONValue,
        subresource: String?
    ) throws(StatusError) -> [String] {
        fatalError("soon")
    }

    /// Applies a JSON, merge or strategic merge patch to an object in the request's version. The outcome is a body to
    /// ``decode(_:version:fieldValidation:duplicateFields:)``.
    /// - Throws: 400 or 422, as upstream, when it does not apply.
    package func patched(
        _ current: JSONValue,
        with patch: JSONValue,
        type: APIRequest.PatchType,
        version: String
    ) throws(StatusError) -> JSONValue {
        fatalError("soon")
    }

    /// A `Table` of objects in the request's version.
    /// - Parameters:
    ///   - metadata: the list's `metadata`; nil for a single object.
    ///   - includeObject: `Metadata` (the default), `Object` or `None`.
    ///   - apiVersion: `meta.k8s.io/v1` or `meta.k8s.io/v1beta1`.
    ///   - now: seconds since 1970, for ages.
    package func table(
        of objects: [JSONValue],
        metadata: JSONValue?,
        includeObject: String,
        apiVersion: String,
        includeHeaders: Bool,
        now: Double
    ) -> JSONValue {
        fatalError("soon")
    }
}
