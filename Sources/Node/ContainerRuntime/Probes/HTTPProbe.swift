// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks for a page by HTTP; a status of 200 to 399 is success.
struct HTTPProbe {
    let host: String
    let port: Int
    let path: String
    let headers: [ProbeAction.HTTPHeader]

    func run(group: any EventLoopGroup, timeout: Duration) async -> ProbeOutcome {
        let loop = group.next()
        let answer = loop.makePromise(of: HTTPResponseStatus.self)
        let target = self.path.hasPrefix("/") ? self.path : "/\(self.path)"
        let address = "http://\(self.host):\(self.port)\(target)"
        do {
            let channel = try await ClientBootstrap(group: loop)
                .connectTimeout(.nanoseconds(Int64(timeout / .nanoseconds(1))))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(HTTPProbeHandler(answer: answer))
                    }
                }
                .connect(host: self.host, port: self.port).get()
            let timer = loop.scheduleTask(in: .nanoseconds(Int64(timeout / .nanoseconds(1)))) {
                answer.fail(HTTPProbeTimeout())
            }
            var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target)
            head.headers = HTTPHeaders(self.headers.map { ($0.name, $0.value) })
            if !head.headers.contains(name: "Host") {
                head.headers.add(name: "Host", value: "\(self.host):\(self.port)")
            }
            if !head.headers.contains(name: "User-Agent") {
                head.headers.add(name: "User-Agent", value: "kube-probe/1.36")
            }
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            defer {
                timer.cancel()
                channel.close(promise: nil)
            }
            let status = try await answer.futureResult.get()
            return (200..<400).contains(status.code)
                ? .success : .failure(output: "HTTP probe failed with statuscode: \(status.code)")
        } catch is HTTPProbeTimeout {
            return .failure(
                output: "Get \"\(address)\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
            )
        } catch {
            answer.fail(error)  // a promise must not be left open when the connection failed
            return .failure(output: "Get \"\(address)\": dial tcp \(self.host):\(self.port): \(TCPProbe.reason(error))")
        }
    }
}

private struct HTTPProbeTimeout: Error {}

private final class HTTPProbeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let answer: EventLoopPromise<HTTPResponseStatus>

    init(answer: EventLoopPromise<HTTPResponseStatus>) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.answer.succeed(head.status)
        case .body, .end: break  // only the status counts
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.answer.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}
