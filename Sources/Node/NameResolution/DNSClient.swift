// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore

/// Asks one DNS server over UDP, again until an answer comes or the time is up; an answer that was cut is asked for over TCP.
package struct DNSClient: Sendable {
    private let server: (address: String, port: Int)

    /// A client of the server at that IPv4 address.
    package init(_ server: (address: String, port: Int)) {
        self.server = server
    }

    /// The server's answer: with records, or saying that there are none (``DNSMessage/ResponseCode/nameError`` included). Blocks.
    /// - Throws: ``ResolutionError`` when the server does not answer in time or cannot.
    package func ask(_ name: String, _ type: DNSRecord.Kind, deadline: ContinuousClock.Instant) throws -> DNSMessage {
        var question = DNSMessage(
            id: UInt16.random(in: .min ... .max),
            questions: [DNSMessage.Question(name: name, type: type)]
        )
        question.recursionDesired = true
        question.udpPayloadMax = UInt16(Limits.udpPayloadMax)
        let bytes: ByteBuffer
        do {
            bytes = try question.encoded()
        } catch {
            throw ResolutionError(.badName, name: name, message: error.message)
        }
        var answer = try self.exchange(bytes, SocketKind.datagram, question: question, deadline: deadline)
        if answer.isTruncated {
            answer = try self.exchange(bytes, SocketKind.stream, question: question, deadline: deadline)
        }
        switch answer.responseCode {
        case .noError, .nameError, .refused:
            return answer
        default:
            throw ResolutionError(
                .serverFailure,
                name: name,
                message: "the DNS server \(self.location) answered with code \(answer.responseCode.rawValue)"
            )
        }
    }

    private var location: String { "\(self.server.address):\(self.server.port)" }

    private enum SocketKind { case datagram, stream }

    private func exchange(
        _ bytes: ByteBuffer,
        _ kind: SocketKind,
        question: DNSMessage,
        deadline: ContinuousClock.Instant
    ) throws -> DNSMessage {
        let name = question.questions[0].name
        var wait = Limits.firstTryMs
        var lastReason = "no answer"
        while true {
            let left = (deadline - ContinuousClock.now) / .milliseconds(1)
            guard left > 0 else {
                throw ResolutionError(.noAnswer, name: name, message: "asked \(self.location): \(lastReason)")
            }
            do {
                let patience = min(Int64(left.rounded(.up)), wait)
                switch kind {
                case .datagram: return try self.askByDatagram(bytes, question: question, patienceMs: patience)
                case .stream:
                    return try self.askByStream(bytes, question: question, patienceMs: Int64(left.rounded(.up)))
                }
            } catch let failure as SocketFailure {
                lastReason = failure.description
                if failure.code == ECONNREFUSED {
                    // The server's port is closed, for now: it is starting or being restarted.
                    poll(nil, 0, CInt(min(Int64(left.rounded(.up)), Limits.refusedPauseMs)))
                } else {
                    wait *= 2
                }
            }
        }
    }

    private func askByDatagram(_ bytes: ByteBuffer, question: DNSMessage, patienceMs: Int64) throws -> DNSMessage {
        let socket = try Socket(datagramTo: self.server)
        try socket.send(bytes)
        let end = ContinuousClock.now + .milliseconds(patienceMs)
        while true {
            let left = Int64((end - ContinuousClock.now) / .milliseconds(1))
            let received = try socket.receive(max: Limits.udpPayloadMax, patienceMs: max(left, 0))
            // A late answer to an earlier question, or rubbish: not ours, wait on.
            guard let answer = try? DNSMessage(from: received), answer.isResponse, answer.id == question.id,
                answer.questions.first.map({ $0.name.lowercased() }) == question.questions[0].name.lowercased()
            else { continue }
            return answer
        }
    }

    private func askByStream(_ bytes: ByteBuffer, question: DNSMessage, patienceMs: Int64) throws -> DNSMessage {
        let socket = try Socket(streamTo: self.server, patienceMs: patienceMs)
        var framed = ByteBuffer(integer: UInt16(bytes.readableBytes))
        framed.writeImmutableBuffer(bytes)
        try socket.send(framed)
        var received = ByteBuffer()
        while true {
            if let length = received.getInteger(at: received.readerIndex, as: UInt16.self),
                let body = received.getSlice(at: received.readerIndex + 2, length: Int(length))
            {
                do {
                    let answer = try DNSMessage(from: body)
                    if answer.id == question.id { return answer }
                    throw SocketFailure(operation: "answer to another question", code: 0)
                } catch let error as DNSFormatError {
                    throw SocketFailure(operation: error.description, code: 0)
                }
            }
            var more = try socket.receive(max: 65_536, patienceMs: patienceMs)
            guard more.readableBytes > 0 else { throw SocketFailure(operation: "connection closed", code: 0) }
            received.writeBuffer(&more)
        }
    }
}
