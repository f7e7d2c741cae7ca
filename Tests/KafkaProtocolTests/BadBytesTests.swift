// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore
import Testing

/// Bytes that no client of ours would send.
@Suite struct BadBytesTests {
    @Test("a message cut off anywhere is an error", arguments: allMessages.indices)
    func truncated(index: Int) throws {
        try self.truncate(allMessages[index])
    }

    private func truncate<Body: Message>(_ type: Body.Type) throws {
        let version = try #require(type.apiKey.versions?.upperBound)
        var whole = ByteBuffer()
        try Body().encode(into: &whole, version: version)
        for count in 0..<whole.readableBytes {
            var part = try #require(whole.getSlice(at: 0, length: count))
            #expect(throws: WireError.self) { try Body(from: &part, version: version) }
        }
    }

    @Test("random bytes are decoded or refused, never more", arguments: allMessages.indices)
    func random(index: Int) throws {
        try self.fuzz(allMessages[index])
    }

    private func fuzz<Body: Message>(_ type: Body.Type) throws {
        var generator = SeededGenerator(seed: 7).split("\(type)")
        for version in try #require(type.apiKey.versions) {
            for _ in 0..<100 {
                let count = Int.random(in: 0...80, using: &generator)
                var buffer = ByteBuffer(
                    bytes: (0..<count).map { _ in
                        // Small numbers make plausible lengths.
                        generator.chance(0.7)
                            ? UInt8.random(in: 0...4, using: &generator) : .random(in: 0...255, using: &generator)
                    }
                )
                guard let body = try? Body(from: &buffer, version: version) else { continue }
                var encoded = ByteBuffer()
                try body.encode(into: &encoded, version: version)
                let again = try Body(from: &encoded, version: version)
                #expect(again == body)
            }
        }
    }

    @Test("a length beyond the bytes is refused before room is made for it")
    func hugeLengths() throws {
        var list = bytes("0001 00007530 7fffffff")
        #expect(throws: WireError(.badLength, "a list of 2147483647, 0 bytes left")) {
            try ProduceRequest(from: &list, version: 0)
        }
        var compact = bytes("00 ffff 00007530 ffffffff07")
        #expect(throws: WireError.self) { try ProduceRequest(from: &compact, version: 9) }
        var endless = bytes("00 ffff 00007530 ffffffffffffff")
        #expect(throws: WireError(.badVarint, "a varint of more than 31 bits")) {
            try ProduceRequest(from: &endless, version: 9)
        }
    }

    @Test("an unknown tagged field is skipped")
    func unknownTag() throws {
        var request = bytes("06 67726f7570 00000005 02 61 00 01 63 02 dead")
        let heartbeat = try HeartbeatRequest(from: &request, version: 4)
        #expect(heartbeat.groupId == "group")
        #expect(heartbeat.memberId == "a")
        #expect(request.readableBytes == 0)
    }

    @Test func versionsThatAreNotSpoken() {
        var buffer = ByteBuffer(repeating: 0, count: 100)
        #expect(throws: WireError(.unsupportedVersion, "ProduceRequest 10")) {
            try ProduceRequest(from: &buffer, version: 10)
        }
        #expect(throws: WireError(.unsupportedVersion, "ProduceRequest -1")) {
            try ProduceRequest(from: &buffer, version: -1)
        }
    }

    @Test("a string of ours that does not fit its length is an error, not a broken message")
    func tooLong() {
        var buffer = ByteBuffer()
        let request = HeartbeatRequest { $0.groupId = String(repeating: "x", count: 40_000) }
        #expect(throws: WireError(.tooLong, "a string of 40000 bytes")) {
            try request.encode(into: &buffer, version: 0)
        }
    }
}
