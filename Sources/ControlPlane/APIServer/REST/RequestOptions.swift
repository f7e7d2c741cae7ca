// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// The parameters of a request, read and checked.
package struct RequestOptions: Sendable {
    package var isDryRun = false
    package var fieldValidation = FieldValidation.warn
    package var selection = ObjectSelection()
    /// Items of a page; nil or 0 for all.
    package var limit: Int?
    package var continueToken: ContinueToken?
    /// As asked; nil when absent or 0 ("any").
    package var resourceVersion: Int64?
    /// The list must be as it was at this revision.
    package var exactRevision: Int64?
    /// Whether a resourceVersion (0 too) was given.
    package var hasResourceVersion = false
    package var timeoutSeconds: Int64?
    package var allowsBookmarks = false
    package var sendsInitialEvents: Bool?
    /// Who the written fields belong to; nil when the request does not say.
    package var fieldManager: String?
    /// Whether an apply takes what others manage.
    package var isForced = false

    /// How long the name of a field manager may be.
    static let fieldManagerLengthMax = 128

    /// What collections take. A parameter that is not here is refused, since ignoring it would answer another question.
    static let collectionParameters: Set<String> = [
        "labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "resourceVersionMatch",
        "timeoutSeconds", "allowWatchBookmarks", "sendInitialEvents", "watch", "pretty", "includeObject",
        "dryRun", "gracePeriodSeconds", "propagationPolicy", "orphanDependents", "timeout",
        "ignoreStoreReadErrorWithClusterBreakingPotential",
    ]

    /// Reads a request's parameters.
    init(_ api: APIRequest, isCollection: Bool) throws(StatusError) {
        let parameters = api.parameters
        if let dryRun = parameters["dryRun"], !dryRun.isEmpty {
            guard dryRun == "All" else {
                let kind = Self.optionsKind(of: api.verb)
                let error = FieldError(
                    .notSupported,
                    "dryRun",
                    value: .array([.string(dryRun)]),
                    detail: "supported values: \"All\""
                )
                throw .invalid(kind: kind, group: "meta.k8s.io", name: "", [error])
            }
            self.isDryRun = true
        }
        if let text = parameters["fieldValidation"], !text.isEmpty {
            guard let mode = FieldValidation(rawValue: text) else {
                let error = FieldError(
                    .notSupported,
                    "fieldValidation",
                    value: .string(text),
                    detail: "supported values: \"\", \"Ignore\", \"Strict\", \"Warn\""
                )
                throw .invalid(kind: Self.optionsKind(of: api.verb), group: "meta.k8s.io", name: "", [error])
            }
            self.fieldValidation = mode
        }
        try self.readFieldManager(api)
        try self.readVersion(parameters, isWatch: api.verb == .watch)
        if isCollection { try self.readCollection(api) }
    }

    private mutating func readFieldManager(_ api: APIRequest) throws(StatusError) {
        let manager = api.parameters["fieldManager"] ?? ""
        let isApply = api.verb == .patch && api.patchType == .apply
        var errors: [FieldError] = []
        if isApply, manager.isEmpty {
            errors.append(FieldError(.required, "fieldManager", detail: "is required for apply patch"))
        }
        if api.verb == .patch, let type = api.patchType, type != .apply, api.parameters["force"] != nil {
            errors.append(FieldError(.forbidden, "force", detail: "may not be specified for non-apply patch"))
        }
        if manager.utf8.count > Self.fieldManagerLengthMax {
            errors.append(
                FieldError(.tooLong, "fieldManager", detail: "may not be more than \(Self.fieldManagerLengthMax) bytes")
            )
        }
        for (position, scalar) in manager.unicodeScalars.enumerated() where !Self.isPrintable(scalar) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
            errors.append(
                FieldError(
                    .invalid,
                    "fieldManager",
                    value: .string(manager),
                    detail: "invalid character U+\(padded) (at position \(position))"
                )
            )
        }
        guard errors.isEmpty else {
            throw .invalid(kind: Self.optionsKind(of: api.verb), group: "meta.k8s.io", name: "", errors)
        }
        self.fieldManager = manager.isEmpty ? nil : manager
        self.isForced = Self.isTrue(api.parameters["force"])
    }

    /// Whether a character can be printed; of spaces only the plain one, as Go sees it.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: scalar == " "
        case _: true
        }
    }

    private mutating func readVersion(_ parameters: [String: String], isWatch: Bool) throws(StatusError) {
        guard let text = parameters["resourceVersion"], !text.isEmpty else { return }
        guard let version = Int64(text), version >= 0 else {
            let error = FieldError(
                .invalid,
                "resourceVersion",
                value: .string(text),
                detail: "strconv.ParseUint: parsing \"\(text)\": invalid syntax"
            )
            if isWatch { throw StatusError(code: 500, reason: "", message: error.description) }
            throw .badRequest("invalid resource version: \(error)")
        }
        self.hasResourceVersion = true
        self.resourceVersion = version == 0 ? nil : version
    }

    private mutating func readCollection(_ api: APIRequest) throws(StatusError) {
        let parameters = api.parameters
        if let unknown = parameters.keys.sorted().first(where: { !Self.collectionParameters.contains($0) }) {
            let error = FieldError(.forbidden, unknown, detail: "this server does not support the parameter")
            throw .invalid(kind: "ListOptions", group: "meta.k8s.io", name: "", [error])
        }
        self.selection = try ObjectSelection(api)
        self.limit = try Self.integer(parameters["limit"]).map { Int(clamping: $0) }
        self.timeoutSeconds = try Self.integer(parameters["timeoutSeconds"])
        self.allowsBookmarks = Self.isTrue(parameters["allowWatchBookmarks"])
        self.sendsInitialEvents = parameters["sendInitialEvents"].map { Self.isTrue($0) }
        let match = parameters["resourceVersionMatch"] ?? ""
        let errors = self.problems(match: match, isWatch: api.verb == .watch)
        guard errors.isEmpty else { throw .invalid(kind: "ListOptions", group: "meta.k8s.io", name: "", errors) }
        if match == "Exact" { self.exactRevision = self.resourceVersion }
        if let token = parameters["continue"], !token.isEmpty {
            guard !self.hasResourceVersion || self.resourceVersion == nil else {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
            self.continueToken = try ContinueToken(token)
        }
    }

    /// The rules between `resourceVersionMatch` and its neighbours.
    private func problems(match: String, isWatch: Bool) -> [FieldError] {
        var errors: [FieldError] = []
        func forbidden(_ field: String, _ detail: String) {
            errors.append(FieldError(.forbidden, field, detail: detail))
        }
        if isWatch {
            if !match.isEmpty {
                if self.sendsInitialEvents == nil {
                    forbidden(
                        "resourceVersionMatch",
                        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
                    )
                }
                if match != "NotOlderThan" {
                    errors.append(
                        FieldError(
                            .notSupported,
                            "resourceVersionMatch",
                            value: .string(match),
                            detail: "supported values: \"NotOlderThan\""
                        )
                    )
                }
            } else if self.sendsInitialEvents != nil {
                forbidden(
                    "resourceVersionMatch",
                    "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
                )
            }
            return errors
        }
        if self.sendsInitialEvents != nil {
            forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")
        }
        guard !match.isEmpty else { return errors }
        if !self.hasResourceVersion {
            forbidden(
                "resourceVersionMatch",
                "resourceVersionMatch is forbidden unless resourceVersion is provided"
            )
        }
        if match != "Exact", match != "NotOlderThan" {
            errors.append(
                FieldError(
                    .notSupported,
                    "resourceVersionMatch",
                    value: .string(match),
                    detail: "supported values: \"Exact\", \"NotOlderThan\", \"\""
                )
            )
        }
        if match == "Exact", self.hasResourceVersion, self.resourceVersion == nil {
            forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")
        }
        return errors
    }

    /// The page of a list, and what its metadata says about the rest.
    func page(of objects: [JSONValue], revision: Int64, namespace: String?) -> (
        items: [JSONValue], metadata: JSONObject
    ) {
        func position(_ object: JSONValue) -> String {
            let key = ObjectKey(of: object)
            return namespace == nil && !key.namespace.isEmpty ? "\(key.namespace)/\(key.name)" : key.name
        }
        var rest = objects[...]
        if let token = self.continueToken { rest = rest.drop { position($0) + "\u{0}" <= token.start } }
        guard let limit = self.limit, limit > 0, rest.count > limit, let last = rest.prefix(limit).last else {
            return (Array(rest), [:])
        }
        let next = ContinueToken(revision: revision, start: position(last) + "\u{0}")
        var metadata: JSONObject = ["continue": .string(next.text)]
        if self.selection.isEmpty { metadata["remainingItemCount"] = .integer(Int64(rest.count - limit)) }
        return (Array(rest.prefix(limit)), metadata)
    }

    /// A number; nil when the parameter is absent or empty.
    private static func integer(_ text: String?) throws(StatusError) -> Int64? {
        guard let text, !text.isEmpty else { return nil }
        guard let number = Int64(text) else {
            throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
        }
        return number
    }

    /// Upstream's reading of a truth value in a query: whatever is neither 0 nor false is true.
    static func isTrue(_ text: String?) -> Bool {
        text.map { $0 != "0" && $0.lowercased() != "false" } ?? false
    }

    private static func optionsKind(of verb: APIRequest.Verb) -> String {
        switch verb {
        case .create: "CreateOptions"
        case .update: "UpdateOptions"
        case .patch: "PatchOptions"
        case .delete, .deletecollection: "DeleteOptions"
        case .get, .list, .watch: "ListOptions"
        }
    }
}
