// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaProtocol
import Logging
import NIOCore
import NIOPosix

/// Takes clients' connections once the broker is registered. Runs on the broker's loop.
final class BrokerListener {
    private let node: BrokerNode
    private let port: ReservedPort
    private let requestBytesMax: Int
    private let logger: Logger
    private var isOpen = false

    init(node: BrokerNode, port: ReservedPort, requestBytesMax: Int, logger: Logger) {
        self.node = node
        self.port = port
        self.requestBytesMax = requestBytesMax
        self.logger = logger
    }

    func open() {
        guard !self.isOpen else { return }
        self.isOpen = true
        let node = self.node
        let requestBytesMax = self.requestBytesMax
        let logger = self.logger
        let port = self.port.port
        ServerBootstrap(group: node.loop)
            .serverChannelOption(.backlog, value: Limits.backlog)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 8192, maximum: 262_144)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        ByteToMessageHandler(FrameDecoder(frameBytesMax: requestBytesMax)),
                        ConnectionHandler(node: node, number: node.takeConnectionNumber())
                    )
                }
            }
            .withBoundSocket(self.port.descriptor)
            .whenComplete { result in
                switch result {
                case .success: logger.info("serving on port \(port)")
                case .failure(let error): logger.error("can't serve on port \(port): \(error)")
                }
            }
    }
}
