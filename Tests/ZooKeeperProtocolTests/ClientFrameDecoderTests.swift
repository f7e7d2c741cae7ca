// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing
import ZooKeeperProtocol

@Suite struct ClientFrameDecoderTests {
    @Test func framesAreCutHoweverTheyArrive() throws {
        let stream: [UInt8] = [0, 0, 0, 2, 1, 2, 0, 0, 0, 0, 0, 0, 0, 1, 9]
        for step in 1...stream.count {
            let processor = NIOSingleStepByteToMessageProcessor(ClientFrameDecoder(maximumLength: 16))
            var frames: [ClientFrameDecoder.Frame] = []
            for start in stride(from: 0, to: stream.count, by: step) {
                let part = ByteBuffer(bytes: stream[start..<min(start + step, stream.count)])
                try processor.process(buffer: part) { frames.append($0) }
            }
            #expect(
                frames == [
                    .body(ByteBuffer(bytes: [1, 2])), .body(ByteBuffer()), .body(ByteBuffer(bytes: [9])),
                ]
            )
        }
    }

    @Test func fourLettersAreACommandOnlyAtTheBeginning() throws {
        var decoder = ClientFrameDecoder(maximumLength: 16)
        var buffer = ByteBuffer(string: "ruok\n")
        #expect(try decoder.decode(buffer: &buffer) == .word(.ruok))
        buffer = ByteBuffer(bytes: [0, 0, 0, 0])
        #expect(try decoder.decode(buffer: &buffer) == .body(ByteBuffer()))
        buffer = ByteBuffer(string: "ruok")
        #expect(throws: JuteError.self) { try decoder.decode(buffer: &buffer) }
    }

    @Test func aLengthBeyondTheLimitIsRefusedBeforeItsBytesCome() throws {
        for bytes: [UInt8] in [[0, 0, 0, 17], [0xff, 0xff, 0xff, 0xff], Array("GET ".utf8)] {
            var decoder = ClientFrameDecoder(maximumLength: 16)
            var buffer = ByteBuffer(bytes: bytes)
            #expect(throws: JuteError.self) { try decoder.decode(buffer: &buffer) }
        }
    }

    @Test(arguments: [
        ("/", true), ("/a", true), ("/a/b.c/..d/...", true), ("", false), ("a", false), ("/a/", false), ("//a", false),
        ("/a//b", false), ("/.", false), ("/a/..", false), ("/a/./b", false), ("/a\u{0}", false), ("/ä", true),
    ]) func pathsAreCheckedAsZooKeeperDoes(_ path: String, isValid: Bool) {
        #expect(NodePath.isValid(path) == isValid)
    }
}
