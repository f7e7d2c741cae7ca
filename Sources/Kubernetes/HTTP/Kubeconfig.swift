// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Yams

/// How to reach one cluster, as a kubeconfig file says it.
public struct Kubeconfig: Hashable, Sendable {
    /// The server's address, such as `http://127.64.255.254:6443`.
    public var server: String
    /// The namespace of commands that name none.
    public var namespace: String
    /// A bearer token; nil for none.
    public var token: String?
    /// The certificate authority in PEM; nil for the machine's own.
    public var certificateAuthority: String?
    /// The client's certificate and key in PEM; nil for none.
    public var clientCertificate: String?
    /// See ``clientCertificate``.
    public var clientKey: String?
    /// Whether the server's certificate is not checked.
    public var skipsTLSVerification: Bool

    /// A cluster at an address, without credentials.
    public init(server: String, namespace: String = "default", token: String? = nil) {
        self.server = server
        self.namespace = namespace
        self.token = token
        self.skipsTLSVerification = false
    }

    /// Reads a kubeconfig's text.
    /// - Parameters:
    ///   - context: the context to use; nil for the file's current one.
    ///   - directory: the folder that relative paths in it start from.
    /// - Throws: ``KubeconfigError``.
    public init(yaml: String, context: String? = nil, directory: String = ".") throws {
        let root: Node
        do {
            guard let node = try Yams.compose(yaml: yaml) else { throw KubeconfigError("the file is empty") }
            root = node
        } catch let error as YamlError {
            throw KubeconfigError("not YAML: \(error)")
        }
        guard let name = context ?? root["current-context"]?.string, !name.isEmpty else {
            throw KubeconfigError("no context is named and current-context is not set")
        }
        let chosen = try Self.entry("context", name, in: root)
        let cluster = try Self.entry("cluster", chosen["cluster"]?.string ?? "", in: root)
        guard let server = cluster["server"]?.string, !server.isEmpty else {
            throw KubeconfigError("the cluster of context \"\(name)\" has no server")
        }
        self.init(server: server, namespace: chosen["namespace"]?.string ?? "default")
        self.skipsTLSVerification = cluster["insecure-skip-tls-verify"]?.bool ?? false
        self.certificateAuthority = try Self.pem("certificate-authority", in: cluster, directory: directory)
        guard let user = chosen["user"]?.string, !user.isEmpty else { return }
        let credentials = try Self.entry("user", user, in: root)
        self.clientCertificate = try Self.pem("client-certificate", in: credentials, directory: directory)
        self.clientKey = try Self.pem("client-key", in: credentials, directory: directory)
        self.token = credentials["token"]?.string
        if self.token == nil, let path = credentials["tokenFile"]?.string {
            self.token = try Self.text(ofFile: path, directory: directory).trimmingCharacters(
                in: .whitespacesAndNewlines
            )
        }
        for method in ["exec", "auth-provider", "username"] where credentials[method] != nil {
            throw KubeconfigError(
                "user \"\(user)\" uses \(method), which is not supported: use a token or a certificate"
            )
        }
    }

    /// Reads a kubeconfig file.
    /// - Throws: ``KubeconfigError``.
    public init(contentsOfFile path: String, context: String? = nil) throws {
        let directory = (path as NSString).deletingLastPathComponent
        let text = try Self.text(ofFile: path, directory: "")
        try self.init(yaml: text, context: context, directory: directory.isEmpty ? "." : directory)
    }

    /// The text of a kubeconfig whose only context, cluster and user have the given name.
    public func yaml(name: String = "seatrial") -> String {
        var user = "{}"
        if let token = self.token { user = "\n    token: \(Self.quoted(token))" }
        return """
            apiVersion: v1
            kind: Config
            current-context: \(Self.quoted(name))
            clusters:
            - name: \(Self.quoted(name))
              cluster:
                server: \(Self.quoted(self.server))
            contexts:
            - name: \(Self.quoted(name))
              context:
                cluster: \(Self.quoted(name))
                user: \(Self.quoted(name))
                namespace: \(Self.quoted(self.namespace))
            users:
            - name: \(Self.quoted(name))
              user: \(user)

            """
    }

    /// Writes a kubeconfig file that only its owner may read.
    /// - Throws: ``KubeconfigError``.
    public func write(toFile path: String, name: String = "seatrial") throws {
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        let data = Data(self.yaml(name: name).utf8)
        guard FileManager.default.createFile(atPath: path, contents: data, attributes: attributes) else {
            throw KubeconfigError("cannot write \(path)")
        }
    }

    /// JSON's quoting is YAML's too.
    private static func quoted(_ text: String) -> String {
        let escaped = text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
        return "\"\(escaped)\""
    }

    /// The entry of that name in `clusters`, `contexts` or `users`.
    private static func entry(_ kind: String, _ name: String, in root: Node) throws -> Node {
        let list = root["\(kind)s"]?.sequence
        guard let entry = list?.first(where: { $0["name"]?.string == name })?[kind] else {
            throw KubeconfigError("there is no \(kind) \"\(name)\"")
        }
        return entry
    }

    /// PEM text that is inline as base64 (`KEY-data`) or in a file (`KEY`).
    private static func pem(_ key: String, in node: Node, directory: String) throws -> String? {
        if let encoded = node["\(key)-data"]?.string, !encoded.isEmpty {
            guard let data = Data(base64Encoded: encoded) else { throw KubeconfigError("\(key)-data is not base64") }
            return String(decoding: data, as: UTF8.self)
        }
        guard let path = node[key]?.string, !path.isEmpty else { return nil }
        return try Self.text(ofFile: path, directory: directory)
    }

    private static func text(ofFile path: String, directory: String) throws -> String {
        let full = path.hasPrefix("/") || directory.isEmpty ? path : "\(directory)/\(path)"
        do {
            return try String(contentsOfFile: full, encoding: .utf8)
        } catch {
            throw KubeconfigError("cannot read \(full): \(error.localizedDescription)")
        }
    }
}

/// Why a kubeconfig cannot be used.
public struct KubeconfigError: Error, Hashable, CustomStringConvertible {
    /// The reason, in words.
    public var message: String

    /// An error with its reason.
    public init(_ message: String) {
        self.message = message
    }

    public var description: String { "kubeconfig: \(self.message)" }
}
