// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NameResolution
import ZooKeeperClient

/// `zk ls|get|create|set|delete|stat|watch PATH`, with the flags of zkCli.sh.
struct ZooKeeperTool: Sendable {
    var surroundings: KafkaTools.Surroundings
    var io: ToolIO

    private static let options: [ToolArguments.Option] = [
        .init(name: "server", aliases: ["-server"]), .init(name: "version", aliases: ["-v"]),
        .init(name: "ephemeral", aliases: ["-e"], takesValue: false),
        .init(name: "sequential", aliases: ["-s"], takesValue: false),
        .init(name: "recursive", aliases: ["-R"], takesValue: false), .init(name: "count", aliases: ["-c"]),
    ]
    private static let usage = "usage: zk ls|get|create|set|delete|stat|watch PATH [DATA] [--server HOST:PORT]"

    func run(_ arguments: [String]) async throws {
        let arguments = try ToolArguments(arguments, options: Self.options)
        guard arguments.words.count >= 2 else { throw ToolError.usage(Self.usage) }
        let (verb, path) = (arguments.words[0], arguments.words[1])
        guard path.hasPrefix("/") else { throw ToolError.usage("Path must start with / character: \(path)") }
        let servers = try (arguments["server"] ?? self.surroundings.zooKeeper).orThrow(
            "which server? --server HOST:PORT"
        )
        let client = try await ZooKeeperClient.connect(
            ZooKeeperClient.Configuration(servers: servers, resolver: self.surroundings.resolver),
            timeout: .seconds(10)
        )
        do {
            try await self.perform(verb, path, arguments, client)
            await client.close()
        } catch {
            await client.close()
            throw Self.inWords(error)
        }
    }

    private static func inWords(_ error: any Error) -> any Error {
        guard let error = error as? ZooKeeperError else { return error }
        switch error.code {
        case .noNode: return ToolError.failed("Node does not exist: \(error.path)")
        case .nodeExists: return ToolError.failed("Node already exists: \(error.path)")
        case .notEmpty: return ToolError.failed("Node not empty: \(error.path)")
        case .badVersion: return ToolError.failed("version No is not valid : \(error.path)")
        case _: return error
        }
    }

    private func perform(
        _ verb: String,
        _ path: String,
        _ arguments: ToolArguments,
        _ client: ZooKeeperClient
    ) async throws {
        let data = ByteBuffer(string: arguments.words.dropFirst(2).joined(separator: " "))
        let version = Int32(try arguments.integer("version") ?? -1)
        switch verb {
        case "ls":
            try await self.list(path, isRecursive: arguments.has("recursive"), client)
        case "get":
            let (data, stat) = try await client.get(path)
            self.io.output(Array(data.readableBytesView) + Array("\n".utf8))
            if arguments.has("sequential") { self.print(stat) }  // get -s: with the stat
        case "create":
            let mode: CreateMode =
                switch (arguments.has("ephemeral"), arguments.has("sequential")) {
                case (false, false): .persistent
                case (true, false): .ephemeral
                case (false, true): .persistentSequential
                case (true, true): .ephemeralSequential
                }
            self.io.print("Created \(try await client.create(path, data, mode: mode))")
        case "set":
            try await client.set(path, data, version: version)
        case "delete":
            if arguments.has("recursive") {
                for node in try await self.below(path, client).reversed() { try await client.delete(node) }
            } else {
                try await client.delete(path, version: version)
            }
        case "stat":
            guard let stat = try await client.exists(path) else {
                throw ToolError.failed("Node does not exist: \(path)")
            }
            self.print(stat)
        case "watch":
            try await self.watch(path, limit: try arguments.integer("count"), client)
        case _:
            throw ToolError.usage(Self.usage)
        }
    }

    private func list(_ path: String, isRecursive: Bool, _ client: ZooKeeperClient) async throws {
        if isRecursive {
            for node in try await self.below(path, client) { self.io.print(node) }
        } else {
            for child in try await client.children(path) { self.io.print(child) }
        }
    }

    /// A node and all below it, parents before children.
    private func below(_ path: String, _ client: ZooKeeperClient) async throws -> [String] {
        var (found, open) = ([String](), [path])
        while let next = open.popLast() {
            found.append(next)
            let prefix = next == "/" ? "/" : next + "/"
            open += try await client.children(next).reversed().map { prefix + $0 }
        }
        return found
    }

    /// Prints each change of a node and of its children until it is stopped.
    private func watch(_ path: String, limit: Int?, _ client: ZooKeeperClient) async throws {
        let (events, source) = AsyncStream.makeStream(of: WatchEvent.self)
        var (watchesData, watchesChildren, printed) = (false, false, 0)
        var iterator = events.makeAsyncIterator()
        while limit.map({ printed < $0 }) ?? true {
            if !watchesData {
                watchesData = true
                _ = try await client.exists(path) { source.yield($0) }
            }
            if !watchesChildren, try await client.exists(path) != nil {
                watchesChildren = true
                // Of the node's deletion the other watch tells.
                _ = try await client.children(path) { if $0.kind != .deleted { source.yield($0) } }
            }
            guard let event = await iterator.next() else { return }  // cancelled
            switch event.kind {
            case .created:
                watchesData = false
            case .changed:
                watchesData = false
            case .deleted:
                (watchesData, watchesChildren) = (false, false)
            case .children:
                watchesChildren = false
            case .sessionEnded:
                throw ToolError.failed("the session ended")
            }
            printed += 1
            self.io.print("\(event.kind) \(event.path)")
        }
    }

    private func print(_ stat: NodeStat) {
        func hexadecimal(_ value: Int64) -> String { "0x" + String(UInt64(bitPattern: value), radix: 16) }
        func date(_ ms: Int64) -> String { Date(timeIntervalSince1970: Double(ms) / 1000).formatted(.iso8601) }
        let lines = [
            "cZxid = \(hexadecimal(stat.czxid))", "ctime = \(date(stat.createdMs))",
            "mZxid = \(hexadecimal(stat.mzxid))", "mtime = \(date(stat.modifiedMs))",
            "pZxid = \(hexadecimal(stat.pzxid))", "cversion = \(stat.childVersion)", "dataVersion = \(stat.version)",
            "aclVersion = \(stat.aclVersion)", "ephemeralOwner = \(hexadecimal(stat.ephemeralOwner))",
            "dataLength = \(stat.dataLength)", "numChildren = \(stat.childCount)",
        ]
        for line in lines { self.io.print(line) }
    }
}
