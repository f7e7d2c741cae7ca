// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import ZooKeeperProtocol

/// A transaction as the log sees it: its place in the order and bytes that only the ensemble understands.
package struct LogRecord: Hashable, Sendable {
    /// The transaction's id; ids grow along the log.
    package var zxid: Zxid
    /// The transaction, encoded.
    package var payload: ByteBuffer

    /// A record.
    package init(zxid: Zxid, payload: ByteBuffer) {
        self.zxid = zxid
        self.payload = payload
    }
}

/// A member's promise: it follows no leader of an earlier epoch, and it votes once in this one.
package struct Vote: Hashable, Sendable {
    /// The latest epoch the member has promised itself to.
    package var epoch: Epoch
    /// The number of the member it voted for in that epoch; 0 while it has not voted.
    package var candidate: UInt8

    /// A promise.
    package init(epoch: Epoch = .zero, candidate: UInt8 = 0) {
        self.epoch = epoch
        self.candidate = candidate
    }
}

/// What a log or snapshot on disk has that it must not have.
package struct LogError: Error, Hashable, CustomStringConvertible {
    /// The file it was found in.
    package var file: String
    /// What was found, and what to do about it.
    package var reason: String

    /// An error.
    package init(file: String, reason: String) {
        self.file = file
        self.reason = reason
    }

    package var description: String { "\(self.file): \(self.reason)" }
}
