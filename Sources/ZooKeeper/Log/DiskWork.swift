// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import ZooKeeperProtocol

/// A piece of work for a member's disk.
package enum DiskWork {
    /// Append transactions.
    case append([LogRecord], committed: Zxid)
    /// Make all transactions after that one void.
    case truncate(after: Zxid)
    /// Store a promise.
    case save(Vote)
    /// Store a leader's state and start the log anew from it.
    case install(AnySequence<ByteBuffer>, at: Zxid)
    /// Store the member's own state.
    case takeSnapshot(AnySequence<ByteBuffer>, at: Zxid)
    /// Nothing is missing any more.
    case markComplete
}

extension MemberDisk {
    /// Does work in its order, appends that follow each other in one write. Durable after ``sync()``.
    package mutating func write(_ work: [DiskWork]) throws {
        var records: [LogRecord] = []
        var committed = Zxid.zero
        for piece in work {
            if case .append(let more, let upTo) = piece {
                records += more
                committed = max(committed, upTo)
                continue
            }
            try self.append(records, committed: committed)
            records = []
            switch piece {
            case .append: break
            case .truncate(let zxid): try self.truncate(after: zxid)
            case .save(let vote): try self.save(vote)
            case .install(let chunks, let zxid): try self.install(chunks, at: zxid)
            case .takeSnapshot(let chunks, let zxid): try self.takeSnapshot(chunks, at: zxid)
            case .markComplete: try self.markComplete()
            }
        }
        try self.append(records, committed: committed)
    }
}
