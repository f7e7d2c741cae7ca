// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import ZooKeeperProtocol

/// The clients of this member and what they wait for.
struct ClientTable: Hashable, Sendable {
    /// A client's connection.
    struct Client: Hashable, Sendable {
        enum Phase: Hashable, Sendable {
            /// Has asked for a session while nobody could give one.
            case held(ConnectRequest)
            case opening(ConnectRequest)
            case open
            /// Nothing is read from it any more.
            case closing
        }

        var phase: Phase
        var session = SessionID.none
        /// What it is answered in order.
        var queue: Deque<Pending> = []
        var isReading = true
    }

    /// A request in a client's queue.
    struct Pending: Hashable, Sendable {
        enum State: Hashable, Sendable {
            /// The leader has not answered.
            case waiting
            /// Answered, if this member gets to that transaction.
            case settled(after: Zxid, ServerMessage, closes: Bool)
            /// To be answered from this member's state when its turn comes.
            case read(Request)
        }

        var xid: Int32
        /// The number it is outstanding under; 0 for reads.
        var number: UInt64 = 0
        var state: State
    }

    /// What only a leader can answer.
    struct Outstanding: Hashable, Sendable {
        enum Operation: Hashable, Sendable {
            case write(WriteRequest)
            case revalidate(SessionID, password: ByteBuffer)
            case sync
        }

        var client: ConnectionID
        var operation: Operation
        var isSent = false
        /// Whether it has been sent to a leader that is gone.
        var wasLost = false
    }

    private(set) var all: [ConnectionID: Client] = [:]
    /// Where a session's client is connected, if it is here.
    var connections: [SessionID: ConnectionID] = [:]
    var outstanding: [UInt64: Outstanding] = [:]
    var nextRequest: UInt64 = 0
    var nextSession: Int64 = 0
    /// Clients whose next answer waits until a transaction is applied.
    var parked: Set<ConnectionID> = []
    private var touched: Set<SessionID> = []

    subscript(id: ConnectionID) -> Client? {
        get { self.all[id] }
        _modify { yield &self.all[id] }
    }

    mutating func touch(_ session: SessionID) {
        self.touched.insert(session)
    }

    /// The sessions heard since this was last asked.
    mutating func takeTouched() -> [SessionID] {
        if self.touched.isEmpty { return [] }
        defer { self.touched.removeAll(keepingCapacity: true) }
        return self.touched.sorted()
    }
}
