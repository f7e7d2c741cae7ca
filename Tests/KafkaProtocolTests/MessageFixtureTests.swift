// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaProtocol
import NIOCore
import Testing

/// Each client message in each version as an independent implementation encodes it (Harness/interop/kafka/wire-fixtures.py).
@Suite struct MessageFixtureTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    static let interBroker: Set<APIKey> = [
        .leaderAndIsr, .stopReplica, .updateMetadata, .controlledShutdown, .alterPartition,
    ]

    @Test(
        "every version decodes to the fields that were encoded, and encodes to the same bytes",
        arguments: allMessages.indices
    )
    func fixtures(index: Int) throws {
        try Self.check(allMessages[index])
    }

    static func check<Body: Message>(_ type: Body.Type) throws {
        guard !self.interBroker.contains(type.apiKey) else { return }
        let number = type.apiKey.rawValue
        let url = self.folder.appending(path: "\(number < 10 ? "0" : "")\(number)-\(type).txt")
        var versions: Set<Int16> = []
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            let version = try #require(Int16(parts[0]))
            versions.insert(version)
            var buffer = bytes(parts[1])
            let body = try Body(from: &buffer, version: version)
            #expect(buffer.readableBytes == 0, "\(type) \(version) leaves bytes")

            let decoded = fields(of: body)
            for pair in parts[2].split(separator: "|") {
                let (path, value) = (pair.prefix { $0 != "=" }, pair.drop { $0 != "=" }.dropFirst())
                #expect(decoded[String(path)] == String(value), "\(type) \(version): \(path)")
            }

            var encoded = ByteBuffer()
            try body.encode(into: &encoded, version: version)
            #expect(hex(encoded) == String(parts[1]), "\(type) \(version)")
        }
        #expect(versions == Set(try #require(type.apiKey.versions)), "\(type): not every version has a fixture")
    }

    @Test("every kind of request has both its messages")
    func registry() {
        for key in APIKey.all {
            #expect(allMessages.filter { $0.apiKey == key }.count == 2, "\(key)")
        }
    }
}
