// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaCluster
import KafkaProtocol
import NIOCore

/// One client connection: frames in, answers out in the order of the requests, one flush a turn.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A request that is not answered yet.
    private struct Pending {
        var api: API
        var version: Int16
        var correlationID: Int32
        /// Set once the answer is there but must wait for an earlier one.
        var answer: Answer?
    }

    private enum Answer {
        case frame(ByteBuffer)
        case none
    }

    private let node: BrokerNode
    let number: UInt64
    private var context: ChannelHandlerContext?
    private var clientHost = ""
    /// The sequence number of the first pending request.
    private var firstSequence: UInt64 = 0
    private var pending = CircularBuffer<Pending>()
    private var isDirty = false

    init(node: BrokerNode, number: UInt64) {
        self.node = node
        self.number = number
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        self.clientHost = "/" + (context.remoteAddress?.ipAddress ?? "")
        self.node.opened(self)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.node.closed(self)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var frame = self.unwrapInboundIn(data)
        do {
            try self.receive(&frame)
        } catch {
            // After a malformed message the stream can't be trusted.
            self.node.note("closing a connection from \(self.clientHost): \(error)")
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.node.endTurn()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // A reader that does not read must not fill our memory: no more requests of it until it does.
        let channel = context.channel
        channel.setOption(.autoRead, value: channel.isWritable).whenFailure { _ in channel.close(promise: nil) }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.node.note("closing a connection from \(self.clientHost): \(error)")
        context.close(promise: nil)
    }

    private func receive(_ frame: inout ByteBuffer) throws {
        let header = try RequestHeader(from: &frame)
        guard let api = API.of(header.apiKey) else {
            throw WireError(.unsupportedVersion, "\(header.apiKey) is not spoken here")
        }
        guard self.pending.count < Limits.requestsPerConnectionMax else {
            throw WireError(.badLength, "more than \(Limits.requestsPerConnectionMax) requests without an answer")
        }
        let sequence = self.firstSequence + UInt64(self.pending.count)
        let id = RequestID(connection: self.number, sequence: sequence)
        guard api.versions.contains(header.apiVersion) else {
            // The client can't know yet what we speak: told in the oldest version (KIP-511).
            guard api.key == .apiVersions else {
                throw WireError(.unsupportedVersion, "\(api.key) version \(header.apiVersion)")
            }
            self.pending.append(Pending(api: api, version: 0, correlationID: header.correlationId))
            try self.answer(id, .apiVersions(API.versions(error: .unsupportedVersion)))
            return
        }
        let body = try api.decode(&frame, header.apiVersion)
        self.pending.append(Pending(api: api, version: header.apiVersion, correlationID: header.correlationId))
        if header.apiVersion < api.oldestServed {
            if let response = api.unsupported(body) {
                try self.answer(id, response)
            } else {
                self.answerNothing(id)
            }
            return
        }
        if case .apiVersions = body {
            try self.answer(id, .apiVersions(API.versions()))
            return
        }
        let request = IncomingRequest(
            id: id,
            version: header.apiVersion,
            clientID: header.clientId ?? "",
            clientHost: self.clientHost,
            body: body
        )
        self.node.receive(request, key: api.key)
    }

    /// Answers a request; earlier ones go first.
    func answer(_ id: RequestID, _ response: KafkaResponse) throws {
        guard id.sequence >= self.firstSequence else { return }
        let index = Int(id.sequence - self.firstSequence)
        guard index < self.pending.count else { return }
        let slot = self.pending.index(self.pending.startIndex, offsetBy: index)
        let pending = self.pending[slot]
        guard let frame = try pending.api.encode(response, pending.version, pending.correlationID) else {
            throw WireError(.unsupportedVersion, "the answer to \(pending.api.key) is of another kind")
        }
        self.pending[slot].answer = .frame(frame.bytes)
        self.writeReady()
    }

    /// The request has no answer.
    func answerNothing(_ id: RequestID) {
        guard id.sequence >= self.firstSequence else { return }
        let index = Int(id.sequence - self.firstSequence)
        guard index < self.pending.count else { return }
        self.pending[self.pending.index(self.pending.startIndex, offsetBy: index)].answer = Answer.none
        self.writeReady()
    }

    private func writeReady() {
        while let answer = self.pending.first?.answer {
            self.pending.removeFirst()
            self.firstSequence += 1
            guard case .frame(let bytes) = answer, let context = self.context else { continue }
            context.write(self.wrapOutboundOut(bytes), promise: nil)
            if !self.isDirty {
                self.isDirty = true
                self.node.mustFlush(self)
            }
        }
    }

    func flush() {
        self.isDirty = false
        self.context?.flush()
    }

    func close() {
        self.context?.close(promise: nil)
    }
}
