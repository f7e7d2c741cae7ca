// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NameResolution

/// A broker's address, and the one request that librdkafka does not expose: ApiVersions.
struct BrokerAddress: Hashable, Sendable {
    var host: String
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`; the port defaults to 9092.
    init?(_ text: Substring) {
        let pieces = text.split(separator: ":").map(String.init)
        guard let host = pieces.first, pieces.count <= 2, let port = pieces.count == 2 ? Int(pieces[1]) : 9092 else {
            return nil
        }
        self.init(host: host, port: port)
    }

    /// A request kind and the versions that a broker answers.
    struct VersionRange: Hashable, Sendable, CustomStringConvertible {
        var key: Int16
        var oldest: Int16
        var newest: Int16

        private static let names: [Int16: String] = [
            0: "Produce", 1: "Fetch", 2: "ListOffsets", 3: "Metadata", 4: "LeaderAndIsr", 5: "StopReplica",
            6: "UpdateMetadata", 7: "ControlledShutdown", 8: "OffsetCommit", 9: "OffsetFetch", 10: "FindCoordinator",
            11: "JoinGroup", 12: "Heartbeat", 13: "LeaveGroup", 14: "SyncGroup", 15: "DescribeGroups", 16: "ListGroups",
            17: "SaslHandshake", 18: "ApiVersions", 19: "CreateTopics", 20: "DeleteTopics", 21: "DeleteRecords",
            22: "InitProducerId", 23: "OffsetForLeaderEpoch", 24: "AddPartitionsToTxn", 25: "AddOffsetsToTxn",
            26: "EndTxn", 27: "WriteTxnMarkers", 28: "TxnOffsetCommit", 32: "DescribeConfigs", 33: "AlterConfigs",
            37: "CreatePartitions", 42: "DeleteGroups", 43: "ElectLeaders", 56: "AlterPartition",
        ]

        var description: String {
            "\(Self.names[self.key] ?? "UNKNOWN")(\(self.key)): "
                + (self.oldest == self.newest ? "\(self.oldest)" : "\(self.oldest) to \(self.newest)")
                + " [usable: \(self.newest)]"
        }
    }

    /// How long a broker may take to connect and to answer, in milliseconds.
    private static let timeoutMs = 2000
    /// The largest answer that is read.
    private static let answerBytesMax = 1 << 20

    /// Asks the broker which requests it answers. Blocks.
    func apiVersions(resolver: Resolver) throws -> [VersionRange] {
        let descriptor = try self.connected(resolver)
        defer { close(descriptor) }
        // Size 12, key 18, version 0, correlation 1, client id "st".
        let request: [UInt8] = [0, 0, 0, 12, 0, 18, 0, 0, 0, 0, 0, 1, 0, 2, 115, 116]
        guard Foundation.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw self.failure("did not take a request")
        }
        let head = try self.read(4, from: descriptor)
        let size = head.reduce(0) { $0 << 8 | Int($1) }
        guard (10...Self.answerBytesMax).contains(size) else {
            throw self.failure("answered \(size) bytes; is it a Kafka broker?")
        }
        let body = try self.read(size, from: descriptor)
        func integer(_ offset: Int) -> Int16 { Int16(bitPattern: UInt16(body[offset]) << 8 | UInt16(body[offset + 1])) }
        guard integer(4) == 0 else { throw self.failure("answered with error \(integer(4))") }
        let count = body[6..<10].reduce(0) { $0 << 8 | Int($1) }
        guard body.count >= 10 + count * 6 else { throw self.failure("answered with too few bytes") }
        return (0..<count).map { index in
            VersionRange(key: integer(10 + index * 6), oldest: integer(12 + index * 6), newest: integer(14 + index * 6))
        }
    }

    private func failure(_ what: String) -> ToolError {
        .failed("broker \(self.host):\(self.port) \(what)")
    }

    private func connected(_ resolver: Resolver) throws -> Int32 {
        var reason = "has no address"
        for text in try resolver.addresses(of: self.host) {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw self.failure("cannot be asked: \(String(cString: strerror(errno)))") }
            var limit = timeval(tv_sec: Self.timeoutMs / 1000, tv_usec: 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
            }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(truncatingIfNeeded: self.port).bigEndian
            address.sin_addr.s_addr = inet_addr(text)
            let result = withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if result == 0 { return descriptor }
            reason = "cannot be reached: \(String(cString: strerror(errno)))"
            close(descriptor)
        }
        throw self.failure(reason)
    }

    private func read(_ count: Int, from descriptor: Int32) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var position = 0
        while position < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                recv(descriptor, buffer.baseAddress.map { $0 + position }, count - position, 0)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else {
                throw self.failure(got == 0 ? "closed the connection" : "did not answer in \(Self.timeoutMs) ms")
            }
            position += got
        }
        return bytes
    }
}
