// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import ZooKeeperProtocol

/// A request that only the leader can decide.
package struct WriteRequest: Hashable, Sendable {
    /// What is asked.
    package enum Operation: Hashable, Sendable {
        case openSession(timeoutMs: Int32, password: ByteBuffer)
        case client(Request)
    }

    /// Who waits for it.
    package var id: RequestID
    /// The session it is made in (for a new one, the id it shall have).
    package var session: SessionID
    /// What is asked.
    package var operation: Operation

    /// A request.
    package init(id: RequestID, session: SessionID, operation: Operation) {
        self.id = id
        self.session = session
        self.operation = operation
    }
}

/// Why a write was not done. It changes nothing and is not logged.
package struct Refusal: Error, Hashable, Sendable {
    /// What the client is told.
    package var error: ErrorCode
    /// For a multi, what each operation is answered with.
    package var operations: [ErrorCode]

    /// A refusal.
    package init(_ error: ErrorCode, operations: [ErrorCode] = []) {
        self.error = error
        self.operations = operations
    }
}
