// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CZooKeeper
import NIOCore
import Synchronization

extension ZooKeeperClient {
    /// Sends a request and calls back exactly once.
    ///
    /// Requests are sent in the order of the calls, and answered in that order; a watch fires only after the answer to
    /// the request that set it. All callbacks of a client run one after the other on one thread of the library's: they
    /// must only hand over. An error that the library finds at once is told on the calling thread.
    ///
    /// - Parameters:
    ///   - request: What to ask.
    ///   - watch: Told once of the next change; only for exists, get and children. Set only when the request succeeds
    ///     (for exists also when the node is absent).
    ///   - completion: Told the reply or the error.
    public func submit(
        _ request: Request,
        watch: (@Sendable (WatchEvent) -> Void)? = nil,
        completion: @escaping @Sendable (Result<Reply, ZooKeeperError>) -> Void
    ) {
        let pending = PendingRequest(client: self, request: request, completion: completion)
        let code: Int32 = self.state.withLock { state in
            guard let handle = state.handle, !state.isOver else {
                return state.isOver
                    ? ZooKeeperError.Code.sessionExpired.rawValue : ZooKeeperError.Code.connectionLoss.rawValue
            }
            if let watch {
                pending.watchNumber = state.watches.add(.init(path: request.path, handler: watch))
            }
            let context = Unmanaged.passRetained(pending)
            let code = pending.send(on: handle.pointer, context: context.toOpaque())
            if code != 0 { context.release() }  // the library calls back only for what it took
            return code
        }
        if code != 0 { pending.finish(code: code, reply: nil) }
    }
}
