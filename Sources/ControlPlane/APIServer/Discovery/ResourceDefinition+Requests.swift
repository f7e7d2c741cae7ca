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
        guard body.object != nil else { throw self.unrecognized(body) }
        try self.checkKind(of: body, version: version)
        let cannot = "\(self.kind) in version \"\(version)\" cannot be handled as a \(self.kind): "
        var normalizer = ObjectNormalizer(keepsUnknownFields: fieldValidation == .ignore)
        var object: JSONValue
        do throws(ObjectNormalizer.TypeError) {
            object = try normalizer.normalize(body, as: self.schemaName ?? self.kind)
        } catch {
            throw .badRequest(cannot + error.description)
        }
        let problems =
            duplicateFields.map { "duplicate field \"\($0)\"" }
            + normalizer.unknownFields.map { "unknown field \"\($0)\"" }
        if fieldValidation == .strict, !problems.isEmpty {
            throw .badRequest(cannot + "strict decoding error: " + problems.joined(separator: ", "))
        }
        object["apiVersion"] = .string(self.stored.apiVersion)
        object["kind"] = .string(self.kind)
        if self.isConverted(version: version) { self.fromBeta?(&object) }
        self.strategy.applyDefaults(&object)
        return Decoded(object: object, warnings: fieldValidation == .warn ? problems : [])
    }

    /// The object in a served version, `apiVersion` and `kind` set.
    package func encode(_ object: JSONValue, version: String) -> JSONValue {
        var object = object
        object["apiVersion"] = .string(self.served(version: version).apiVersion)
        object["kind"] = .string(self.kind)
        if self.isConverted(version: version) { self.toBeta?(&object) }
        return object
    }

    /// Prepares and checks a new object; returns texts of Warning headers.
    /// - Throws: 422 with all that is wrong.
    package func admitCreate(_ object: inout JSONValue) throws(StatusError) -> [String] {
        self.strategy.prepareForCreate(&object)
        object = self.normalized(object)
        let errors =
            MetadataValidation.errors(in: object["metadata"] ?? .emptyObject, self) + self.strategy.validate(object)
        if !errors.isEmpty { throw self.invalid(object, errors) }
        return self.strategy.warnings(object, old: nil)
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
        self.keepIdentity(of: &object, old: old)
        let isStatus = subresource == "status"
        if isStatus {
            self.strategy.prepareForStatusUpdate(&object, old: old)
        } else {
            self.strategy.prepareForUpdate(&object, old: old)
        }
        object = self.normalized(object)
        if object["spec"] != old["spec"],
            self.normalized(object, dropsUnknown: true)["spec"] == self.normalized(old, dropsUnknown: true)["spec"]
        {
            // Fields that nobody here knows change nothing that anybody here does.
            object["metadata", "generation"] = old["metadata", "generation"]
        }
        let metadata = object["metadata"] ?? .emptyObject
        // Upstream's generic code and each kind's own both check the identity: the causes name it twice.
        let identityErrors = MetadataValidation.updateErrors(metadata, old: old["metadata"] ?? .emptyObject)
        var errors = identityErrors + identityErrors
        errors += MetadataValidation.errors(in: metadata, self)
        if isStatus {
            errors += self.strategy.validateStatusUpdate(object, old: old)
        } else {
            errors += self.strategy.validate(object) + self.strategy.validateUpdate(object, old: old)
        }
        if !errors.isEmpty { throw self.invalid(object, errors) }
        return isStatus ? [] : self.strategy.warnings(object, old: old)
    }

    /// Applies a JSON, merge or strategic merge patch to an object in the request's version. The outcome is a body to
    /// ``decode(_:version:fieldValidation:duplicateFields:)``.
    /// - Throws: 400, 422 or 500, as upstream, when it does not apply.
    package func patched(
        _ current: JSONValue,
        with patch: JSONValue,
        type: APIRequest.PatchType,
        version: String
    ) throws(StatusError) -> JSONValue {
        do throws(PatchError) {
            switch type {
            case .json:
                guard patch.array != nil else {
                    throw PatchError(kind: .malformed, description: Self.wrongPatch(patch, "[]handlers.jsonPatchOp"))
                }
                return try JSONPatch(json: patch).applied(to: current)
            case .merge:
                guard patch.object != nil else {
                    throw PatchError(kind: .malformed, description: Self.wrongPatch(patch, "map[string]interface {}"))
                }
                return MergePatch.applied(patch, to: current)
            case .strategicMerge:
                guard patch.object != nil else {
                    throw PatchError(kind: .malformed, description: Self.wrongPatch(patch, "map[string]interface {}"))
                }
                return try StrategicMergePatch().applied(patch, to: current, kind: self.kind)
            case .apply: throw PatchError(kind: .malformed, description: "server-side apply is not supported")
            }
        } catch {
            switch error.kind {
            case .malformed: throw .badRequest(error.description)
            case .notApplicable:
                throw StatusError(
                    code: 422,
                    reason: "Invalid",
                    message: "the server rejected our request due to an error in our request",
                    details: .init()
                )
            case .directive: throw StatusError(code: 500, reason: "", message: error.description)
            }
        }
    }

    /// ``patched(_:with:type:version:)`` and ``decode(_:version:fieldValidation:duplicateFields:)`` in one: what cannot be
    /// read after a patch is upstream's 422 about the patch.
    package func decodePatched(
        _ current: JSONValue,
        with patch: JSONValue,
        type: APIRequest.PatchType,
        version: String,
        fieldValidation: FieldValidation
    ) throws(StatusError) -> Decoded {
        let body = try self.patched(current, with: patch, type: type, version: version)
        do throws(StatusError) {
            let (kind, apiVersion) = (body["kind"]?.string ?? "", body["apiVersion"]?.string ?? "")
            if kind != self.kind || apiVersion != self.served(version: version).apiVersion {
                throw .badRequest(
                    "no kind \(GoText.quoted(kind)) is registered for version \(GoText.quoted(apiVersion)) in scheme "
                        + "\"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\""
                )
            }
            return try self.decode(body, version: version, fieldValidation: fieldValidation)
        } catch {
            let shown = type == .strategicMerge ? GoText.value(patch) : body.text
            // The cause alone, without the words about the version.
            var cause = error.message.split(separator: "cannot be handled as a \(self.kind): ", maxSplits: 1).last ?? ""
            // Objects that were patched in memory are read by another decoder upstream, with other words.
            let isList = cause.hasPrefix("json: cannot unmarshal ") && cause.contains(" of type []")
            if type == .strategicMerge, isList {
                let word = cause.dropFirst("json: cannot unmarshal ".count).prefix { $0 != " " }
                cause = "cannot restore slice from \(word)"
            }
            let problem = FieldError.invalid("patch", .string(shown), String(cause))
            throw .invalid(kind: "", group: "", name: "", [problem])
        }
    }

    // MARK: - Steps

    private static func wrongPatch(_ patch: JSONValue, _ goType: String) -> String {
        let word: String =
            switch patch {
            case .null: "null"
            case .bool: "bool"
            case .integer, .double: "number"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            }
        return "error decoding patch: json: cannot unmarshal \(word) into Go value of type \(goType)"
    }

    private func unrecognized(_ body: JSONValue) -> StatusError {
        let word =
            switch body {
            case .array: "array"
            case .string: "string"
            case .bool: "bool"
            case .null, .integer, .double, .object: "number"
            }
        let hex = body.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return .badRequest(
            "the object provided is unrecognized (must be of type \(self.kind)): couldn't get version/kind; json parse "
                + "error: json: cannot unmarshal \(word) into Go value of type struct { APIVersion string "
                + "\"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" } (\(hex))"
        )
    }

    /// A body may leave out its version and kind, but not name others.
    private func checkKind(of body: JSONValue, version: String) throws(StatusError) {
        let apiVersion = self.served(version: version).apiVersion
        let given = body["kind"]?.string ?? ""
        let givenVersion = body["apiVersion"]?.string ?? ""
        if !givenVersion.isEmpty, givenVersion != apiVersion {
            throw .badRequest(
                "the API version in the data (\(givenVersion)) does not match the expected API version (\(apiVersion))"
            )
        }
        if !given.isEmpty, given != self.kind {
            let group = self.group.isEmpty ? "core" : self.group
            throw .badRequest(
                "\(given) in version \"\(version)\" cannot be handled as a \(self.kind): converting (\(version).\(given)) "
                    + "to (\(group).\(self.kind)): unknown conversion"
            )
        }
    }

    /// What an update cannot change of the metadata, whatever the client sends.
    private func keepIdentity(of object: inout JSONValue, old: JSONValue) {
        var metadata = object["metadata"] ?? .emptyObject
        for field in ["generation", "deletionTimestamp", "deletionGracePeriodSeconds"] {
            metadata[field] = old["metadata"]?[field]
        }
        for field in ["uid", "creationTimestamp", "namespace"] where (metadata[field]?.string ?? "").isEmpty {
            metadata[field] = old["metadata"]?[field]
        }
        object["metadata"] = metadata
    }

    /// The normal form again, after what preparation took away or put in.
    private func normalized(_ object: JSONValue, dropsUnknown: Bool = false) -> JSONValue {
        var normalizer = ObjectNormalizer(keepsUnknownFields: !dropsUnknown)
        do throws(ObjectNormalizer.TypeError) {
            return try normalizer.normalize(object, as: self.kind)
        } catch {
            return object  // an object of a kind whose types were checked at decoding has no wrong types now
        }
    }

    private func invalid(_ object: JSONValue, _ errors: [FieldError]) -> StatusError {
        .invalid(kind: self.kind, group: self.group, name: object["metadata", "name"]?.string ?? "", errors)
    }
}
