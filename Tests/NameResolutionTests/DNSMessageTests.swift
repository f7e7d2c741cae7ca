// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NameResolution
import Testing

@Suite struct DNSMessageTests {
    static let answer: DNSMessage = {
        var message = DNSMessage(id: 0x1234, questions: [.init(name: "zk-0.zk-hs.default.svc.cluster.local", type: .a)])
        message.isResponse = true
        message.isAuthoritative = true
        message.recursionDesired = true
        message.udpPayloadMax = 4096
        message.answers = [
            DNSRecord(name: "a.b", timeToLive: 5, content: .address(IPv4Address(rawValue: 0x7f40_0003))),
            DNSRecord(name: "c.b", timeToLive: 5, content: .alias("a.b")),
            DNSRecord(
                name: "_server._tcp.zk-hs",
                timeToLive: 5,
                content: .service(priority: 0, weight: 33, port: 2888, target: "zk-0.zk-hs")
            ),
        ]
        message.authorities = [
            DNSRecord(
                name: "cluster.local",
                timeToLive: 5,
                content: .authority(server: "ns.dns.cluster.local", mailbox: "hostmaster.b", serial: 7, minimum: 1)
            )
        ]
        message.additionals = [DNSRecord(name: "x", timeToLive: 0, content: .unknown(.init(rawValue: 16), [1, 65]))]
        return message
    }()

    @Test func everyPartSurvivesTheWire() throws {
        #expect(try DNSMessage(from: Self.answer.encoded()) == Self.answer)
    }

    @Test func theBytesOfAQuestionAreThoseOfTheStandard() throws {
        var question = DNSMessage(id: 0xabcd, questions: [.init(name: "zk.local", type: .a)])
        question.recursionDesired = true
        #expect(
            try Array(question.encoded().readableBytesView) == [
                0xab, 0xcd, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0,
                2, 0x7a, 0x6b, 5, 0x6c, 0x6f, 0x63, 0x61, 0x6c, 0, 0, 1, 0, 1,
            ]
        )
    }

    @Test func compressedNamesAreFollowed() throws {
        let bytes: [UInt8] = [
            0, 1, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0,
            2, 0x7a, 0x6b, 5, 0x6c, 0x6f, 0x63, 0x61, 0x6c, 0, 0, 1, 0, 1,
            1, 0x61, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 127, 0, 0, 9,
        ]
        let message = try DNSMessage(from: ByteBuffer(bytes: bytes))
        #expect(
            message.answers == [
                DNSRecord(name: "a.zk.local", timeToLive: 5, content: .address(IPv4Address(rawValue: 0x7f00_0009)))
            ]
        )
    }

    @Test(
        arguments: [
            [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1],  // a pointer to itself
            [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 9, 0x61],  // a label beyond the end
            [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x2e, 0, 0, 1, 0, 1],  // a dot inside a label
            [0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],  // counts of nothing
            [0, 1, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 5, 0, 5, 1, 2, 3, 4, 5],  // 5 bytes
            [0, 1],
        ] as [[UInt8]]
    )
    func malformedMessagesAreRefused(bytes: [UInt8]) {
        #expect(throws: DNSFormatError.self) { try DNSMessage(from: ByteBuffer(bytes: bytes)) }
    }

    @Test func anyDamageIsReadOrRefusedWithoutATrap() throws {
        let bytes = try Array(Self.answer.encoded().readableBytesView)
        var generator = SystemRandomNumberGenerator()
        for round in 0..<5_000 {
            var damaged = bytes
            for _ in 0...(round % 4) {
                damaged[Int.random(in: 0..<damaged.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if round % 3 == 0 { damaged.removeLast(Int.random(in: 0..<damaged.count, using: &generator)) }
            do { _ = try DNSMessage(from: ByteBuffer(bytes: damaged)) } catch { #expect(!error.message.isEmpty) }
        }
    }

    @Test func whatDoesNotFitIsCutAndSaysSo() throws {
        let cut = try DNSMessage(from: Self.answer.encoded(limit: 100))
        #expect(cut.isTruncated && cut.answers.isEmpty && cut.questions == Self.answer.questions)
    }

    @Test(arguments: ["127.0.0.1": 0x7f00_0001, "255.255.255.255": 0xffff_ffff, "0.0.0.0": 0] as [String: UInt32])
    func dottedAddresses(text: String, value: UInt32) {
        #expect(IPv4Address(text)?.rawValue == value)
        #expect(IPv4Address(rawValue: value).description == text)
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "1.2.3.256", "a.b.c.d", "1..2.3", "+1.2.3.4", "1.2.3.0004"])
    func whatIsNoAddress(text: String) {
        #expect(IPv4Address(text) == nil)
    }
}
