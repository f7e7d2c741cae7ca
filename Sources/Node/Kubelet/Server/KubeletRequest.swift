// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import KubernetesAPI
import NIOCore
import NIOHTTP1

/// A request to a kubelet, read from its target.
struct KubeletRequest {
    /// The parts of the path.
    let path: [String]
    /// The query's parameters.
    let query: [String: String]

    init(_ target: String) {
        let parts = target.split(separator: "?", maxSplits: 1)
        self.path = (parts.first ?? "").split(separator: "/").map { Self.decoded($0) }
        var query = [String: String]()
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1)
            query[Self.decoded(sides[0])] = sides.count > 1 ? Self.decoded(sides[1]) : ""
        }
        self.query = query
    }

    func answer(_ server: KubeletServer) async -> KubeletAnswer {
        switch self.path.first {
        case "healthz":
            return .text(.ok, "ok")
        case "containerLogs" where self.path.count == 4:
            return await self.log(server)
        default:
            return .text(.notFound, "404 page not found\n")
        }
    }

    private func log(_ server: KubeletServer) async -> KubeletAnswer {
        let (namespace, name, container) = (self.path[1], self.path[2], self.path[3])
        guard let pod = server.find(namespace, name) else {
            return .text(.notFound, "pod \"\(name)\" not found\n")
        }
        do {
            let options = try self.logOptions()
            return .stream(try await server.runtime.log(of: container, in: pod, options: options))
        } catch let error as RuntimeError where error.code == .notFound {
            let text =
                self.flag("previous")
                ? "previous terminated container \"\(container)\" in pod \"\(name)\" not found"
                : "container \"\(container)\" in pod \"\(name)\" is waiting to start: ContainerCreating"
            return .text(.badRequest, text)
        } catch let error as RuntimeError {
            return .text(.badRequest, error.message)
        } catch {
            return .text(.internalServerError, "\(error)")
        }
    }

    private func logOptions() throws(RuntimeError) -> LogOptions {
        var options = LogOptions()
        options.follow = self.flag("follow")
        options.previous = self.flag("previous")
        options.timestamps = self.flag("timestamps")
        options.tailLines = try self.number("tailLines")
        options.limitBytes = try self.number("limitBytes")
        if let seconds = try self.number("sinceSeconds") {
            let now = WallClock.time
            options.since = KubernetesTime(seconds: now.seconds - Int64(seconds)).description
        } else if let text = self.query["sinceTime"] {
            guard let time = KubernetesTime(text) else {
                throw RuntimeError(.badConfiguration, "sinceTime is no time: \(text)")
            }
            options.since = KubernetesTime(seconds: time.seconds).description
        }
        return options
    }

    private func flag(_ name: String) -> Bool {
        switch self.query[name] {
        case "true", "1", "": true
        default: false
        }
    }

    private func number(_ name: String) throws(RuntimeError) -> Int? {
        guard let text = self.query[name], text != "-1" else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw RuntimeError(.badConfiguration, "\(name) must be a number of at least 0, not \(text)")
        }
        return number
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes = [UInt8]()
        var rest = text.utf8[...]
        while let byte = rest.first {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "%"), let hex = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(hex)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
