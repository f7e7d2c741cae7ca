// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// Connects to a port.
struct TCPProbe {
    let group: any EventLoopGroup

    func run(host: String, port: Int, timeout: Duration) async -> ProbeOutcome {
        do {
            let channel = try await ClientBootstrap(group: self.group)
                .connectTimeout(.nanoseconds(Int64(timeout / .nanoseconds(1))))
                .connect(host: host, port: port).get()
            channel.close(promise: nil)
            return .success
        } catch {
            return .failure(output: "dial tcp \(host):\(port): \(Self.reason(error))")
        }
    }

    /// The reason in Go's words, which users of Kubernetes know.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError where error.errnoCode == ECONNREFUSED: "connect: connection refused"
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { self.reason($0.error) } ?? "lookup \(error.host): no such host"
        case let error as ChannelError:
            if case .connectTimeout = error { "i/o timeout" } else { "\(error)" }
        default: "\(error)"
        }
    }
}
