// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaProtocol
import NIOCore
import Testing

@Suite struct FrameTests {
    @Test("frames are cut wherever the bytes are split")
    func split() throws {
        let first = try Frame.request(HeartbeatRequest(), version: 4, correlationId: 7, clientId: "c")
        let second = try Frame.request(ListGroupsRequest(), version: 4, correlationId: 8, clientId: nil)
        let stream = first.readableBytesView + second.readableBytesView
        for cut in 0...stream.count {
            let processor = NIOSingleStepByteToMessageProcessor(FrameDecoder())
            var frames: [ByteBuffer] = []
            try processor.process(buffer: ByteBuffer(bytes: stream.prefix(cut))) { frames.append($0) }
            try processor.process(buffer: ByteBuffer(bytes: stream.dropFirst(cut))) { frames.append($0) }
            #expect(frames.count == 2)
            var frame = try #require(frames.first)
            let header = try RequestHeader(from: &frame)
            #expect(header == RequestHeader(apiKey: .heartbeat, apiVersion: 4, correlationId: 7, clientId: "c"))
            #expect(try HeartbeatRequest(from: &frame, version: 4) == HeartbeatRequest())
            #expect(frame.readableBytes == 0)
        }
    }

    @Test("a frame beyond the limit, or of negative size, ends the connection", arguments: ["06400001", "ffffffff"])
    func tooLarge(length: String) {
        let processor = NIOSingleStepByteToMessageProcessor(FrameDecoder())
        #expect(throws: WireError.self) { try processor.process(buffer: bytes(length)) { _ in } }
    }

    @Test("the header of an ApiVersions request of the future can be read")
    func futureVersion() throws {
        // Key 18, version 99, correlation 5, client "ab", no tags, an unknown body.
        var buffer = bytes("0012 0063 00000005 0002 6162 00 dead")
        let header = try RequestHeader(from: &buffer)
        #expect(header == RequestHeader(apiKey: .apiVersions, apiVersion: 99, correlationId: 5, clientId: "ab"))
        #expect(buffer.readableBytes == 2)
    }

    @Test("ApiVersions is answered without tags in its header")
    func responseHeaders() throws {
        let (versions, _) = try Frame.response(ApiVersionsResponse(), version: 3, correlationId: 5)
        #expect(hex(versions) == "0000000c" + "00000005" + "0000" + "01" + "00000000" + "00")
        let (heartbeat, _) = try Frame.response(HeartbeatResponse(), version: 4, correlationId: 5)
        #expect(hex(heartbeat) == "0000000c" + "00000005" + "00" + "00000000" + "0000" + "00")
        var frame = heartbeat
        frame.moveReaderIndex(forwardBy: 4)
        let header = try ResponseHeader(from: &frame, apiKey: .heartbeat, apiVersion: 4)
        #expect(header.correlationId == 5)
        #expect(try HeartbeatResponse(from: &frame, version: 4) == HeartbeatResponse())
    }

    @Test("external records leave a gap that the frame's length counts", arguments: [4, 11, 12] as [Int16])
    func externalRecords(version: Int16) throws {
        func response(_ first: Records, _ second: Records) -> FetchResponse {
            FetchResponse {
                $0.responses = [
                    .init {
                        $0.topic = "t"
                        $0.partitions = [first, second].map { records in .init { $0.records = records } }
                    }
                ]
            }
        }
        let parts = [ByteBuffer(string: "first records"), ByteBuffer(string: "second")]
        let (whole, none) = try Frame.response(
            response(.bytes(parts[0]), .bytes(parts[1])),
            version: version,
            correlationId: 1
        )
        #expect(none.isEmpty)
        let (head, placements) = try Frame.response(
            response(.external(.init(id: 0, count: 13)), .external(.init(id: 1, count: 6))),
            version: version,
            correlationId: 1
        )
        var assembled = ByteBuffer()
        var position = 0
        for placement in placements {
            assembled.writeBytes(head.readableBytesView[position..<placement.position])
            assembled.writeImmutableBuffer(parts[placement.records.id])
            position = placement.position
        }
        assembled.writeBytes(head.readableBytesView[position...])
        #expect(assembled == whole)
    }
}
