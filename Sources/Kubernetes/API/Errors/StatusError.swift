// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// An API failure as Kubernetes' `Status` object: what was asked of what, why it was refused, with which HTTP code.
public struct StatusError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One of the reasons behind a failure: a field that is wrong, a budget that is used up.
    public struct Cause: Hashable, Sendable {
        /// A `CauseType`, such as `FieldValueInvalid`.
        public var reason: String
        /// For a person.
        public var message: String
        /// The path of the field; empty when it is about none.
        public var field: String

        /// A cause.
        public init(reason: String, message: String, field: String = "") {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// What the failure is about.
    public struct Details: Hashable, Sendable {
        /// The name of the object; empty when unknown.
        public var name = ""
        /// The API group; empty for the core group.
        public var group = ""
        /// The resource, or for invalid objects the kind.
        public var kind = ""
        /// The identity of the object; empty when unknown.
        public var uid = ""
        /// The reasons.
        public var causes: [Cause] = []
        /// When it is worth asking again, in seconds; 0 when that is not said.
        public var retryAfterSeconds: Int64 = 0

        /// Details; what is left out is absent.
        public init(
            name: String = "",
            group: String = "",
            kind: String = "",
            uid: String = "",
            causes: [Cause] = [],
            retryAfterSeconds: Int64 = 0
        ) {
            self.name = name
            self.group = group
            self.kind = kind
            self.uid = uid
            self.causes = causes
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    /// The HTTP status code.
    public var code: Int
    /// A `StatusReason`, such as `NotFound`; empty when unknown.
    public var reason: String
    /// For a person.
    public var message: String
    /// What the failure is about; nil leaves the field out.
    public var details: Details?
    /// Where a list that cannot go on as it began can go on after all; empty for nowhere.
    public var continueToken = ""

    /// A failure.
    public init(code: Int, reason: String, message: String, details: Details? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    public var description: String { self.message }

    /// Whether the object was not there.
    public var isNotFound: Bool { self.reason == "NotFound" }
    /// Whether the object was there already.
    public var isAlreadyExists: Bool { self.reason == "AlreadyExists" }
    /// Whether somebody else's write came first.
    public var isConflict: Bool { self.reason == "Conflict" }
    /// Whether a disruption budget or rate limit said no for now.
    public var isTooManyRequests: Bool { self.code == 429 }
    /// Whether the resourceVersion asked for is too old: list again.
    public var isExpired: Bool { self.code == 410 }
}

extension StatusError {
    /// The `Status` object.
    public var json: JSONValue {
        var json: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": .emptyObject, "status": "Failure",
            "message": .string(self.message), "code": .integer(Int64(self.code)),
        ]
        if !self.reason.isEmpty { json["reason"] = .string(self.reason) }
        if let details { json["details"] = details.json }
        if !self.continueToken.isEmpty { json["metadata"] = ["continue": .string(self.continueToken)] }
        return json
    }

    /// A failure from a `Status` object, or from whatever else a server sent with that code.
    public init(json: JSONValue, code: Int) {
        self.init(
            code: json["code"]?.integer.map(Int.init) ?? code,
            reason: json["reason"]?.string ?? "",
            message: json["message"]?.string ?? "the server answered with status \(code)",
            details: json["details"].map(Details.init(json:))
        )
        self.continueToken = json["metadata", "continue"]?.string ?? ""
    }
}

extension StatusError.Details {
    /// The `details` object; empty fields are left out.
    public var json: JSONValue {
        var json = JSONValue.emptyObject
        for (key, value) in [("name", self.name), ("group", self.group), ("kind", self.kind), ("uid", self.uid)]
        where !value.isEmpty {
            json[key] = .string(value)
        }
        if !self.causes.isEmpty { json["causes"] = .array(self.causes.map(\.json)) }
        if self.retryAfterSeconds != 0 { json["retryAfterSeconds"] = .integer(self.retryAfterSeconds) }
        return json
    }

    /// Details from their object.
    public init(json: JSONValue) {
        self.init(
            name: json["name"]?.string ?? "",
            group: json["group"]?.string ?? "",
            kind: json["kind"]?.string ?? "",
            uid: json["uid"]?.string ?? "",
            causes: (json["causes"]?.array ?? []).map { cause in
                StatusError.Cause(
                    reason: cause["reason"]?.string ?? "",
                    message: cause["message"]?.string ?? "",
                    field: cause["field"]?.string ?? ""
                )
            },
            retryAfterSeconds: json["retryAfterSeconds"]?.integer ?? 0
        )
    }
}

extension StatusError.Cause {
    var json: JSONValue {
        var json = JSONValue.emptyObject
        for (key, value) in [("reason", self.reason), ("message", self.message), ("field", self.field)]
        where !value.isEmpty {
            json[key] = .string(value)
        }
        return json
    }
}
