// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI
package import KubernetesClient

/// What a path leads to.
package enum APIRoute: Hashable, Sendable {
    /// An object or a collection.
    case resource(APIRequest)
    /// `/api` or `/apis`.
    case groups(isCore: Bool)
    /// `/apis/GROUP`.
    case group(String)
    /// `/api/VERSION` or `/apis/GROUP/VERSION`.
    case groupVersion(group: String, version: String)
    /// `/openapi/v2`.
    case openAPIv2
    /// `/openapi/v3`, or a group version's document under it (`apis/apps/v1`).
    case openAPIv3(String?)
    /// `/version`.
    case version
    /// `/healthz`, `/readyz`, `/livez`.
    case health(String)
    /// No path of any API.
    case unknown

    /// Reads a request line.
    /// - Parameters:
    ///   - method: the HTTP method.
    ///   - target: path and query, percent-encoded.
    /// - Returns: nil when the path takes no such method.
    package init?(method: String, target: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = parts[0].split(separator: "/").map { Self.decoded($0, plusIsSpace: false) }
        let parameters = Self.parameters(parts.count > 1 ? parts[1] : "")
        let isAPI = segments.first == "api" && segments.count > 2 || segments.first == "apis" && segments.count > 3
        if isAPI {
            guard let request = Self.request(method: method, segments: segments, parameters: parameters) else {
                return nil
            }
            self = .resource(request)
            return
        }
        self = Self.fixed(segments)
        if self != .unknown, method != "GET" { return nil }
    }

    private static func fixed(_ segments: [String]) -> APIRoute {
        switch (segments.first, segments.count) {
        case ("api"?, 1): .groups(isCore: true)
        case ("apis"?, 1): .groups(isCore: false)
        case ("api"?, 2): .groupVersion(group: "", version: segments[1])
        case ("apis"?, 2): .group(segments[1])
        case ("apis"?, 3): .groupVersion(group: segments[1], version: segments[2])
        case ("version"?, 1): .version
        case ("healthz"?, 1), ("readyz"?, 1), ("livez"?, 1): .health(segments[0])
        case ("openapi"?, 2) where segments[1] == "v2": .openAPIv2
        case ("openapi"?, 2) where segments[1] == "v3": .openAPIv3(nil)
        case ("openapi"?, _) where segments.count > 2 && segments[1] == "v3":
            .openAPIv3(segments.dropFirst(2).joined(separator: "/"))
        case (_, _): .unknown
        }
    }

    private static func request(method: String, segments: [String], parameters: [String: String]) -> APIRequest? {
        let isCore = segments[0] == "api"
        var rest = segments.dropFirst(isCore ? 2 : 3)
        let group = isCore ? "" : segments[1]
        let version = segments[isCore ? 1 : 2]
        var isWatch = false
        if rest.first == "watch", rest.count > 1 {  // the old form: /api/v1/watch/…
            isWatch = true
            rest = rest.dropFirst()
        }
        var namespace: String?
        // `namespaces/N/status` is about the namespace itself, `namespaces/N/pods` about what is in it.
        if rest.first == "namespaces", rest.count > 2,
            !["status", "finalize"].contains(rest[rest.startIndex + 2]) || rest.count > 3
        {
            namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        let path = Array(rest)
        guard let resource = path.first, path.count <= 3 else { return nil }
        let name = path.count > 1 ? path[1] : nil
        let subresource = path.count > 2 ? path[2] : nil
        isWatch = isWatch || (name == nil && RequestOptions.isTrue(parameters["watch"]))
        guard let verb = Self.verb(method: method, hasName: name != nil, isWatch: isWatch) else { return nil }
        var request = APIRequest(
            verb,
            GroupVersionResource(group: group, version: version, resource: resource),
            namespace: namespace,
            name: name,
            subresource: subresource,
            parameters: parameters
        )
        request.parameters["watch"] = nil
        return request
    }

    private static func verb(method: String, hasName: Bool, isWatch: Bool) -> APIRequest.Verb? {
        switch (method, hasName) {
        case ("GET", _) where isWatch: .watch
        case ("GET", true): .get
        case ("GET", false): .list
        case ("POST", _): .create  // with a name only for subresources, which resolving checks
        case ("PUT", true): .update
        case ("PATCH", true): .patch
        case ("DELETE", true): .delete
        case ("DELETE", false): .deletecollection
        case (_, _): nil
        }
    }

    private static func parameters(_ query: Substring) -> [String: String] {
        Dictionary(Self.queryItems(query).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The parameters of a query in their order; names may repeat.
    static func queryItems(_ query: Substring) -> [(name: String, value: String)] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? Self.decoded(parts[1], plusIsSpace: true) : ""
            return (Self.decoded(parts[0], plusIsSpace: true), value)
        }
    }

    /// Text without its percent encoding; what is no encoding stays as it is.
    private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
