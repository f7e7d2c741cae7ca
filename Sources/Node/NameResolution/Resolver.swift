// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Looks names up, in a cluster's DNS and on the machine.
///
/// Names under the cluster's domain, and names that a search domain completes, are the cluster DNS's; others go to the machine's
/// own resolver. Nothing is kept between calls: a pod that comes back has a new address at once.
public struct Resolver: Sendable {
    /// The cluster's DNS server; nil: the machine's own resolver only.
    public let server: (address: String, port: Int)?
    /// The domains that complete a name, in order, such as `default.svc.cluster.local`.
    public let searchDomains: [String]
    /// What `localhost` stands for: in a pod of the `loopback` sandbox, the pod's address.
    public let localAddress: String
    /// Names that need no server (the pod's own host name), with their address.
    public let hosts: [String: String]

    /// A resolver that asks a cluster's DNS server, completing names by the search domains in order.
    public init(
        server: (address: String, port: Int)?,
        searchDomains: [String] = ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"],
        localAddress: String = "127.0.0.1",
        hosts: [String: String] = [:]
    ) {
        self.server = server
        self.searchDomains = searchDomains
        self.localAddress = localAddress
        self.hosts = hosts
    }

    /// The resolver of a process in a pod: reads `CLUSTER_DNS` (`address:port`), `CLUSTER_DNS_SEARCH` (domains, separated by commas or
    /// spaces), `POD_IP` (what `localhost` stands for) and `HOSTNAME`. Without them, the machine's own.
    public init(environment: [String: String]) {
        var server: (address: String, port: Int)?
        if let text = environment["CLUSTER_DNS"] {
            let parts = text.split(separator: ":")
            server = (String(parts.first ?? ""), parts.count > 1 ? Int(parts[1]) ?? 53 : 53)
        }
        let podAddress = environment["POD_IP"].flatMap { IPv4Address($0)?.description }
        var hosts = [String: String]()
        if let podAddress, let name = environment["HOSTNAME"] { hosts[name.lowercased()] = podAddress }
        guard let search = environment["CLUSTER_DNS_SEARCH"] else {
            self.init(server: server, localAddress: podAddress ?? "127.0.0.1", hosts: hosts)
            return
        }
        self.init(
            server: server,
            searchDomains: search.split { $0 == "," || $0 == " " }.map(String.init),
            localAddress: podAddress ?? "127.0.0.1",
            hosts: hosts
        )
    }

    /// The IPv4 addresses of a name, in the server's order; at least one.
    ///
    /// Blocks: call it off the cooperative pool. Literal addresses and `localhost` answer at once.
    /// - Parameter timeout: for the cluster's DNS; the machine's own resolver keeps its own time.
    /// - Throws: ``ResolutionError``.
    public func addresses(of name: String, timeout: Duration = .seconds(2)) throws -> [String] {
        let isAbsolute = name.hasSuffix(".")
        let plain = (isAbsolute ? String(name.dropLast()) : name).lowercased()
        guard !plain.isEmpty else { throw ResolutionError(.badName, name: name, message: "the name is empty") }
        if IPv4Address(plain) != nil { return [plain] }
        if plain == "localhost" { return [self.localAddress] }
        if let address = self.hosts[plain] { return [address] }
        guard let server else { return try SystemResolver.addresses(of: plain) }

        let deadline = ContinuousClock.now + timeout
        for candidate in self.candidates(for: plain, isAbsolute: isAbsolute) {
            let answer = try DNSClient(server).ask(candidate, .a, deadline: deadline)
            let addresses = Self.addresses(in: answer)
            if !addresses.isEmpty { return addresses }
        }
        if self.isClusterName(plain) {
            throw ResolutionError(
                .notFound,
                name: name,
                message: "the cluster's DNS at \(server.address):\(server.port) has no address for it (no ready pod?)"
            )
        }
        return try SystemResolver.addresses(of: plain)
    }

    /// Where a service's port is served, by its SRV records (`_name._tcp.service.namespace.svc.cluster.local`), in the server's order.
    ///
    /// Blocks like ``addresses(of:timeout:)``.
    /// - Throws: ``ResolutionError``; an empty list is no error.
    public func services(of name: String, timeout: Duration = .seconds(2)) throws -> [(target: String, port: Int)] {
        guard let server else {
            throw ResolutionError(.notFound, name: name, message: "no cluster DNS is known to ask for services")
        }
        let answer = try DNSClient(server).ask(name, .srv, deadline: ContinuousClock.now + timeout)
        return answer.answers.compactMap { record in
            if case .service(_, _, let port, let target) = record.content { (target, Int(port)) } else { nil }
        }
    }

    private func candidates(for name: String, isAbsolute: Bool) -> [String] {
        if isAbsolute || name.hasSuffix(".cluster.local") { return [name] }
        return self.searchDomains.map { "\(name).\($0)" }
    }

    private func isClusterName(_ name: String) -> Bool {
        name.hasSuffix(".cluster.local") || name.hasSuffix(".svc")
    }

    private static func addresses(in answer: DNSMessage) -> [String] {
        answer.answers.compactMap { record in
            if case .address(let address) = record.content { address.description } else { nil }
        }
    }
}
