// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Logging
import NameResolution

extension ZooKeeperServer.Configuration {
    /// The setting that the flags of the published image's `start-zookeeper` and a pod's environment describe.
    ///
    /// As there, the member's number and its peers' names follow from its own name and domain: `zk-1` in
    /// `zk-hs.default.svc.cluster.local` is number 2, and the others are `zk-0`, `zk-2` … in the same domain.
    ///
    /// - Parameters:
    ///   - arguments: `--name=value` each, or `--name value`.
    ///   - environment: `HOSTNAME` is the pod's name, `POD_DOMAIN` what `hostname -d` prints there, `POD_IP` its address;
    ///     `CLUSTER_DNS` and its neighbours are the resolver's. Outside of pods, `ZOO_MY_ID` and `ZOO_SERVERS`
    ///     (`server.1=HOST:PORT:PORT server.2=…`) say who is who, as in Docker's official image.
    /// - Throws: ``StartZooKeeperError``.
    public init(startZooKeeperArguments arguments: [String], environment: [String: String]) throws {
        self.init(dataDirectory: "/var/lib/zookeeper/data")
        var servers = 1
        for (name, value) in try Self.options(in: arguments) {
            switch name {
            case "servers": servers = try Self.number(name, value, in: 1...255)
            case "data_dir": self.dataDirectory = value
            case "data_log_dir": self.dataLogDirectory = value
            case "client_port": self.clientPort = try Self.number(name, value, in: 1...65535)
            case "election_port": self.electionPort = try Self.number(name, value, in: 1...65535)
            case "server_port": self.serverPort = try Self.number(name, value, in: 1...65535)
            case "tick_time": self.tickTimeMs = try Self.number(name, value, in: 10...3_600_000)
            case "max_client_cnxns": self.maxClientConnections = try Self.number(name, value, in: 0...1_000_000)
            case "snap_retain_count": self.snapshotsRetained = max(1, try Self.number(name, value, in: 0...1_000))
            case "max_session_timeout": self.maxSessionTimeoutMs = try Self.number(name, value, in: 1...86_400_000)
            case "min_session_timeout": self.minSessionTimeoutMs = try Self.number(name, value, in: 1...86_400_000)
            case "log_level": self.logger.logLevel = try Self.level(name, value)
            // The peers' links show at once who is there; old files go with each snapshot; there is no Java.
            case "init_limit", "sync_limit", "purge_interval", "conf_dir", "heap":
                self.optionsWithoutEffect.append("--\(name)")
            default:
                throw StartZooKeeperError("unknown option --\(name)")
            }
        }
        if let least = self.minSessionTimeoutMs, let most = self.maxSessionTimeoutMs, least > most {
            throw StartZooKeeperError("--min_session_timeout=\(least) is above --max_session_timeout=\(most)")
        }
        self.resolver = Resolver(environment: environment)
        self.bindAddress = environment["POD_IP"] ?? "127.0.0.1"
        if let servers = environment["ZOO_SERVERS"] {
            try self.joinListed(servers, id: environment["ZOO_MY_ID"] ?? "")
        } else {
            try self.joinEnsemble(of: servers, environment: environment)
        }
    }

    private mutating func joinListed(_ servers: String, id: String) throws {
        for server in servers.split(separator: " ") {
            let parts = server.split { "=:;".contains($0) }
            guard parts.count >= 3, parts[0].hasPrefix("server."), let number = UInt8(parts[0].dropFirst(7)),
                number > 0, let port = Int(parts[2])
            else {
                throw StartZooKeeperError("ZOO_SERVERS: '\(server)' is not server.N=HOST:PORT:PORT")
            }
            self.peers.append(Peer(id: number, host: String(parts[1]), serverPort: port))
        }
        guard let number = UInt8(id), let own = self.peers.first(where: { $0.id == number }) else {
            throw StartZooKeeperError("ZOO_MY_ID: '\(id)' is none of the numbers in ZOO_SERVERS")
        }
        self.id = number
        self.serverPort = own.serverPort
    }

    private mutating func joinEnsemble(of servers: Int, environment: [String: String]) throws {
        let parts = (environment["HOSTNAME"] ?? "").split(separator: ".", maxSplits: 1).map(String.init)
        let host = parts.first ?? ""
        guard let dash = host.lastIndex(of: "-"), let ordinal = UInt8(host[host.index(after: dash)...]), ordinal < 255
        else {
            if servers == 1 { return }
            throw StartZooKeeperError("HOSTNAME is '\(host)', but a member's name ends in its number, such as zk-0")
        }
        guard ordinal < servers else {
            throw StartZooKeeperError("\(host) is beyond --servers=\(servers); its members are numbered from 0")
        }
        let name = host[..<dash]
        let domain = environment["POD_DOMAIN"] ?? (parts.count > 1 ? parts[1] : "")
        self.id = ordinal + 1
        self.peers = (0..<servers).map { number in
            let host = domain.isEmpty ? "\(name)-\(number)" : "\(name)-\(number).\(domain)"
            return Peer(id: UInt8(number + 1), host: host, serverPort: self.serverPort)
        }
    }

    private static func options(in arguments: [String]) throws -> [(name: String, value: String)] {
        var options: [(String, String)] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else { throw StartZooKeeperError("'\(argument)' is not an option") }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 {
                options.append((String(parts[0]), String(parts[1])))
            } else if let value = rest.popFirst() {
                options.append((String(parts[0]), value))
            } else {
                throw StartZooKeeperError("\(argument) has no value")
            }
        }
        return options
    }

    private static func number(_ name: String, _ value: String, in range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw StartZooKeeperError(
                "--\(name)=\(value): a number from \(range.lowerBound) to \(range.upperBound) was expected"
            )
        }
        return number
    }

    private static func level(_ name: String, _ value: String) throws -> Logger.Level {
        switch value.uppercased() {
        case "TRACE", "ALL": .trace
        case "DEBUG": .debug
        case "INFO": .info
        case "WARN": .warning
        case "ERROR", "FATAL", "OFF": .error
        default: throw StartZooKeeperError("--\(name)=\(value): TRACE, DEBUG, INFO, WARN or ERROR was expected")
        }
    }
}

/// Flags that no server can be started with.
public struct StartZooKeeperError: Error, Hashable, CustomStringConvertible {
    /// What is wrong.
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
