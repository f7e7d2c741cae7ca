// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import KubernetesAPI

extension GroupVersionResource {
    /// `/api/v1` or `/apis/GROUP/VERSION`.
    public var pathPrefix: String {
        self.group.isEmpty ? "/api/\(self.version)" : "/apis/\(self.group)/\(self.version)"
    }
}

extension APIRequest {
    /// The HTTP method of the verb.
    public var method: String {
        switch self.verb {
        case .get, .list, .watch: "GET"
        case .create: "POST"
        case .update: "PUT"
        case .patch: "PATCH"
        case .delete, .deletecollection: "DELETE"
        }
    }

    /// The path under the server's address, percent-encoded, without the query.
    public var path: String {
        var path = self.resource.pathPrefix
        if let namespace = self.namespace { path += "/namespaces/\(Self.percentEncoded(namespace))" }
        path += "/\(self.resource.resource)"
        if let name = self.name { path += "/\(Self.percentEncoded(name))" }
        if let subresource = self.subresource { path += "/\(subresource)" }
        return path
    }

    /// The query, percent-encoded, sorted by name; empty when there are no parameters. Watches carry `watch=true`.
    public var query: String {
        var parameters = self.parameters
        if self.verb == .watch { parameters["watch"] = "true" }
        return parameters.sorted { $0.key < $1.key }
            .map { "\(Self.percentEncoded($0.key))=\(Self.percentEncoded($0.value))" }
            .joined(separator: "&")
    }

    /// Text with all but RFC 3986's unreserved characters percent-encoded.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case _:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
