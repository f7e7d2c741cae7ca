// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NameResolution

/// The servers of an ensemble as people write them: `host[:port],host[:port][/chroot]`.
struct ServerList: Hashable, Sendable {
    struct Server: Hashable, Sendable {
        var name: String
        var port: Int
    }

    var servers: [Server]
    /// Empty, or a path that all requests are relative to.
    var chroot: String

    init(parsing text: String) throws(ZooKeeperError) {
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        self.chroot = text[slash...] == "/" ? "" : String(text[slash...])
        self.servers = []
        for part in text[..<slash].split(separator: ",") {
            let pieces = part.trimmingPrefix { $0 == " " }.split(separator: ":", omittingEmptySubsequences: false)
            let port = pieces.count == 2 ? Int(pieces[1]) : 2181
            guard let name = pieces.first, !name.isEmpty, pieces.count <= 2, let port, (1...65535).contains(port) else {
                throw ZooKeeperError(code: .badArguments, operation: "connect", path: text)
            }
            self.servers.append(Server(name: String(name), port: port))
        }
        if self.servers.isEmpty {
            throw ZooKeeperError(code: .badArguments, operation: "connect", path: text)
        }
    }

    /// What libzookeeper takes: addresses only, since it would ask the machine's resolver for names. Blocks.
    ///
    /// - Returns: nil when no name has an address at present; names without one are left out otherwise.
    func connectString(resolver: Resolver) -> String? {
        var addresses: [String] = []
        for server in self.servers {
            // A member whose pod is not there yet must not keep the client from the others; it is asked for again later.
            guard let found = try? resolver.addresses(of: server.name) else { continue }
            addresses += found.map { "\($0):\(server.port)" }
        }
        return addresses.isEmpty ? nil : addresses.joined(separator: ",") + self.chroot
    }
}
