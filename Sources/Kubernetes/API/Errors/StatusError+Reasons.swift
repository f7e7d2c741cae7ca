// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The failures an API server knows, in upstream's words (apimachinery's `api/errors`).
extension StatusError {
    /// 404: no object of that name.
    public static func notFound(_ resource: GroupVersionResource, name: String) -> StatusError {
        StatusError(
            code: 404,
            reason: "NotFound",
            message: "\(resource) \(GoText.quoted(name)) not found",
            details: Details(name: name, group: resource.group, kind: resource.resource)
        )
    }

    /// 409: the name is taken.
    public static func alreadyExists(_ resource: GroupVersionResource, name: String) -> StatusError {
        StatusError(
            code: 409,
            reason: "AlreadyExists",
            message: "\(resource) \(GoText.quoted(name)) already exists",
            details: Details(name: name, group: resource.group, kind: resource.resource)
        )
    }

    /// 409: no free name was found for a `generateName`.
    public static func generateNameConflict(_ resource: GroupVersionResource, name: String) -> StatusError {
        StatusError(
            code: 409,
            reason: "AlreadyExists",
            message: "\(resource) \(GoText.quoted(name)) already exists, the server was not able to generate a unique "
                + "name for the object",
            details: Details(name: name, group: resource.group, kind: resource.resource, retryAfterSeconds: 1)
        )
    }

    /// 403.
    public static func forbidden(_ resource: GroupVersionResource, name: String, because reason: String) -> StatusError
    {
        let message: String =
            if resource.resource.isEmpty {
                "forbidden: \(reason)"
            } else if name.isEmpty {
                "\(resource) is forbidden: \(reason)"
            } else {
                "\(resource) \(GoText.quoted(name)) is forbidden: \(reason)"
            }
        return StatusError(
            code: 403,
            reason: "Forbidden",
            message: message,
            details: Details(name: name, group: resource.group, kind: resource.resource)
        )
    }

    /// 409: the object is not what the request supposes.
    public static func conflict(_ resource: GroupVersionResource, name: String, because reason: String) -> StatusError {
        StatusError(
            code: 409,
            reason: "Conflict",
            message: "Operation cannot be fulfilled on \(resource) \(GoText.quoted(name)): \(reason)",
            details: Details(name: name, group: resource.group, kind: resource.resource)
        )
    }

    /// 409: the object has a newer resourceVersion than the request.
    public static func staleWrite(_ resource: GroupVersionResource, name: String) -> StatusError {
        .conflict(
            resource,
            name: name,
            because: "the object has been modified; please apply your changes to the latest version and try again"
        )
    }

    /// 422: fields of an object are wrong.
    /// - Parameters:
    ///   - kind: the kind, such as `StatefulSet`.
    ///   - group: its API group; empty for the core group.
    public static func invalid(kind: String, group: String, name: String, _ errors: [FieldError]) -> StatusError {
        let subject = group.isEmpty ? kind : "\(kind).\(group)"
        var message = "\(subject) \(GoText.quoted(name)) is invalid"
        // The message names each text once; the causes keep all of them.
        var texts: [String] = []
        for error in errors where !texts.contains(error.description) { texts.append(error.description) }
        if texts.count == 1 { message += ": \(texts[0])" }
        if texts.count > 1 { message += ": [\(texts.joined(separator: ", "))]" }
        return StatusError(
            code: 422,
            reason: "Invalid",
            message: message,
            details: Details(
                name: name,
                group: group,
                kind: kind,
                causes: errors.map { Cause(reason: $0.kind.causeReason, message: $0.body, field: $0.field) }
            )
        )
    }

    /// 400: the request makes no sense.
    public static func badRequest(_ message: String) -> StatusError {
        StatusError(code: 400, reason: "BadRequest", message: message)
    }

    /// 401.
    public static func unauthorized(_ message: String = "not authorized") -> StatusError {
        StatusError(code: 401, reason: "Unauthorized", message: message)
    }

    /// 429: later, perhaps.
    public static func tooManyRequests(
        _ message: String,
        retryAfterSeconds: Int64 = 0,
        causes: [Cause] = []
    ) -> StatusError {
        StatusError(
            code: 429,
            reason: "TooManyRequests",
            message: message,
            details: Details(causes: causes, retryAfterSeconds: retryAfterSeconds)
        )
    }

    /// 410: what was asked for is in the past.
    public static func expired(_ message: String) -> StatusError {
        StatusError(code: 410, reason: "Expired", message: message)
    }

    /// 410: gone for good.
    public static func gone(_ message: String) -> StatusError {
        StatusError(code: 410, reason: "Gone", message: message)
    }

    /// 405: the kind does not do that.
    public static func methodNotSupported(_ resource: GroupVersionResource, action: String) -> StatusError {
        StatusError(
            code: 405,
            reason: "MethodNotAllowed",
            message: "\(action) is not supported on resources of kind \"\(resource)\"",
            details: Details(group: resource.group, kind: resource.resource)
        )
    }

    /// 405: the path does not take the method.
    public static func methodNotAllowed() -> StatusError {
        StatusError(
            code: 405,
            reason: "MethodNotAllowed",
            message: "the server does not allow this method on the requested resource",
            details: Details()
        )
    }

    /// 404: the path leads nowhere.
    public static func pathNotFound() -> StatusError {
        StatusError(
            code: 404,
            reason: "NotFound",
            message: "the server could not find the requested resource",
            details: Details()
        )
    }

    /// 406: no media type that the request accepts.
    public static func notAcceptable(_ message: String) -> StatusError {
        StatusError(code: 406, reason: "NotAcceptable", message: message)
    }

    /// 415: a body of a media type that is not read.
    public static func unsupportedMediaType(_ message: String) -> StatusError {
        StatusError(code: 415, reason: "UnsupportedMediaType", message: message)
    }

    /// 413: the body is too long; the limit is in bytes.
    public static func requestEntityTooLarge(limit: Int) -> StatusError {
        StatusError(
            code: 413,
            reason: "RequestEntityTooLarge",
            message: "Request entity too large: limit is \(limit)"
        )
    }

    /// 500.
    public static func internalError(_ message: String) -> StatusError {
        StatusError(
            code: 500,
            reason: "InternalError",
            message: "Internal error occurred: \(message)",
            details: Details(causes: [Cause(reason: "", message: message)])
        )
    }

    /// 503.
    public static func serviceUnavailable(_ message: String) -> StatusError {
        StatusError(code: 503, reason: "ServiceUnavailable", message: message)
    }

    /// 504.
    public static func timeout(_ message: String, retryAfterSeconds: Int64 = 0) -> StatusError {
        StatusError(
            code: 504,
            reason: "Timeout",
            message: "Timeout: \(message)",
            details: Details(retryAfterSeconds: retryAfterSeconds)
        )
    }

    /// 504: the resourceVersion asked for has not been reached.
    public static func resourceVersionTooLarge(_ asked: Int64, current: Int64) -> StatusError {
        StatusError(
            code: 504,
            reason: "Timeout",
            message: "Timeout: Too large resource version: \(asked), current: \(current)",
            details: Details(
                causes: [Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version")],
                retryAfterSeconds: 1
            )
        )
    }
}
