// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// Connects a client to the first backend that accepts, and joins the two.
struct Connector {
    /// How long a backend may take to accept: on loopback it does at once, or refuses.
    private static let connectTimeout = TimeAmount.seconds(2)

    private let client: any Channel
    private let half: JoinHandler
    private let backends: [ServiceRoutes.Backend]

    /// Takes a client on, while its channel is being set up.
    ///
    /// Its handler is there from the start: a client that says all it has and ends its half is read to the end by NIO, joined or not.
    /// A backend is sought once the channel is active: on a fast machine it would be found before that, and NIO forgets a
    /// `read()` of a channel that is not registered yet.
    static func takeOn(_ client: any Channel, backends: [ServiceRoutes.Backend]) -> EventLoopFuture<Void> {
        client.eventLoop.makeCompletedFuture {
            let half = JoinHandler { half in
                Connector(client: client, half: half, backends: backends).tryNext(backends[...])
            }
            try client.pipeline.syncOperations.addHandler(half)
        }
    }

    private func tryNext(_ rest: ArraySlice<ServiceRoutes.Backend>) {
        guard let backend = rest.first else {
            // Nobody is ready: the client sees its connection closed, as with a service without endpoints.
            self.client.close(promise: nil)
            return
        }
        ClientBootstrap(group: self.client.eventLoop)
            .connectTimeout(Self.connectTimeout)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: backend.address, port: backend.port)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let server): self.join(server)
                case .failure: self.tryNext(rest.dropFirst())
                }
            }
    }

    private func join(_ server: any Channel) {
        do {
            let other = JoinHandler()
            try server.pipeline.syncOperations.addHandler(other)
            JoinHandler.join(self.half, other)
        } catch {
            self.client.close(promise: nil)
            server.close(promise: nil)
        }
    }
}
