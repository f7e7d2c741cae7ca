// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import ZooKeeperEnsemble
import ZooKeeperProtocol

/// The answers to the administrators' four letters, in the form that ZooKeeper's tools read.
struct FourLetterAnswers: Sendable {
    private static let version = "3.8.0-seatrial, built on stand-in"
    private let configuration: ZooKeeperServer.Configuration

    init(configuration: ZooKeeperServer.Configuration) {
        self.configuration = configuration
    }

    func answer(to word: FourLetterWord, of shell: MemberShell) -> String {
        switch word {
        case .ruok: return "imok"
        case .conf: return self.settings()
        case .isro: return shell.member.mode == nil ? "null" : "rw"
        case .envi: return "Environment:\nzookeeper.version=\(Self.version)\n"
        case .srvr, .stat, .mntr, .cons:
            guard let mode = shell.member.mode else {
                return "This ZooKeeper instance is not currently serving requests\n"
            }
            switch word {
            case .mntr: return self.metrics(of: shell, mode: mode)
            case .cons: return self.connections(of: shell)
            case .stat: return self.status(of: shell, mode: mode, clients: self.connections(of: shell))
            case .srvr, .ruok, .conf, .isro, .envi, .dump, .wchs, .wchc, .wchp, .srst, .crst:
                return self.status(of: shell, mode: mode, clients: nil)
            }
        case .wchs:
            return
                "\(shell.member.clientCount) connections watching 0 paths\nTotal watches:\(shell.member.watchCount)\n"
        case .dump, .wchc, .wchp, .srst, .crst:
            return "\(word.rawValue) is not executed because it is not in the whitelist.\n"
        }
    }

    private func status(of shell: MemberShell, mode: Member.Mode, clients: String?) -> String {
        var lines = ["Zookeeper version: \(Self.version)"]
        if let clients { lines.append("Clients:\n\(clients)") }
        lines += [
            "Latency min/avg/max: 0/0.0/0",
            "Received: \(shell.statistics.received)",
            "Sent: \(shell.statistics.sent)",
            "Connections: \(shell.statistics.connections)",
            "Outstanding: \(shell.member.outstandingCount)",
            "Zxid: \(shell.member.tree.zxid.hexadecimal)",
            "Mode: \(mode.rawValue)",
            "Node count: \(shell.member.tree.nodeCount)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private func metrics(of shell: MemberShell, mode: Member.Mode) -> String {
        var values: [(String, String)] = [
            ("zk_version", Self.version),
            ("zk_server_state", mode.rawValue),
            ("zk_packets_received", "\(shell.statistics.received)"),
            ("zk_packets_sent", "\(shell.statistics.sent)"),
            ("zk_num_alive_connections", "\(shell.statistics.connections)"),
            ("zk_outstanding_requests", "\(shell.member.outstandingCount)"),
            ("zk_znode_count", "\(shell.member.tree.nodeCount)"),
            ("zk_ephemerals_count", "\(shell.member.tree.ephemeralCount)"),
            ("zk_watch_count", "\(shell.member.watchCount)"),
            ("zk_global_sessions", "\(shell.member.tree.sessions.count)"),
        ]
        if mode == .leader {
            values.append(("zk_learners", "\(shell.member.followerCount)"))
            values.append(("zk_synced_followers", "\(shell.member.followerCount)"))
        }
        for probe in MemberProbe.allCases {
            let name = probe.rawValue.replacing(" ", with: "_").replacing("-", with: "_")
            values.append(("zk_seatrial_\(name)", "\(shell.counters[probe, default: 0])"))
        }
        return values.map { "\($0)\t\($1)\n" }.joined()
    }

    private func connections(of shell: MemberShell) -> String {
        var lines = ""
        shell.forEachClient { _, client in
            let address = client.remoteAddress
            let place = "\(address?.ipAddress ?? "?"):\(address?.port ?? 0)"
            lines += " /\(place)[1](queued=0,recved=\(client.received),sent=\(client.sent))\n"
        }
        return lines
    }

    private func settings() -> String {
        var lines = [
            "clientPort=\(self.configuration.clientPort)",
            "dataDir=\(self.configuration.dataDirectory)",
            "dataLogDir=\(self.configuration.dataLogDirectory ?? self.configuration.dataDirectory)",
            "tickTime=\(self.configuration.tickTimeMs)",
            "maxClientCnxns=\(self.configuration.maxClientConnections)",
            "minSessionTimeout=\(self.configuration.minSessionTimeoutMs ?? 2 * self.configuration.tickTimeMs)",
            "maxSessionTimeout=\(self.configuration.maxSessionTimeoutMs ?? 20 * self.configuration.tickTimeMs)",
            "serverId=\(self.configuration.id)",
        ]
        for peer in self.configuration.peers {
            lines.append(
                "server.\(peer.id)=\(peer.host):\(peer.serverPort):\(self.configuration.electionPort):participant"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
