// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import ZooKeeperProtocol

/// A decided change: what is logged and applied by every member alike. It cannot fail.
package enum Transaction: Hashable, Sendable {
    /// Opens an epoch; its counter is 0. Committing it commits all that came before.
    case openEpoch
    case openSession(timeoutMs: Int32, password: ByteBuffer)
    /// Ends the session and removes its ephemeral nodes.
    case closeSession
    case create(path: String, data: ByteBuffer, acl: [ACL], isEphemeral: Bool, withStat: Bool)
    case delete(path: String)
    case setData(path: String, data: ByteBuffer)
    case setACL(path: String, acl: [ACL])
    /// A version check that held.
    case check(path: String)
    case multi([Transaction])
}

extension Transaction {
    /// About how many bytes it takes.
    var bytes: Int {
        switch self {
        case .openEpoch, .openSession, .closeSession: 64
        case .create(let path, let data, _, _, _): 128 + path.utf8.count + data.readableBytes
        case .setData(let path, let data): 96 + path.utf8.count + data.readableBytes
        case .delete(let path), .setACL(let path, _), .check(let path): 96 + path.utf8.count
        case .multi(let transactions): transactions.reduce(64) { $0 + $1.bytes }
        }
    }
}

/// A transaction at its place in the order.
package struct LogEntry: Hashable, Sendable {
    /// Its place.
    package var zxid: Zxid
    /// When the leader decided it, in milliseconds since 1970.
    package var timeMs: Int64
    /// The session it was made in.
    package var session: SessionID
    /// Who waits for it.
    package var request: RequestID
    /// What changes.
    package var transaction: Transaction

    /// An entry.
    package init(zxid: Zxid, timeMs: Int64, session: SessionID, request: RequestID, transaction: Transaction) {
        self.zxid = zxid
        self.timeMs = timeMs
        self.session = session
        self.request = request
        self.transaction = transaction
    }
}
