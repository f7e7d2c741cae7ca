// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import NIOCore
import ZooKeeperEnsemble
import ZooKeeperProtocol

/// A client that keeps one session as long as it can, writes numbers to a node of its own and reads them.
struct SimulatedClient: CustomStringConvertible {
    enum State: Hashable {
        case disconnected
        case connecting(ConnectionID)
        case connected(ConnectionID)
    }

    /// What it waits for, and what it knew when it asked.
    enum Asked {
        case create
        case write(Int)
        case ephemeral
        case read(sentBefore: Zxid)
        /// Reads the number of another client.
        case readOther(Int)
        /// Every acknowledgement that anybody had when the sync was asked for, and the numbers that were acknowledged.
        case sync(acknowledged: Zxid, numbers: [Int])
        case close
    }

    let index: Int
    var generator: SeededGenerator
    var state = State.disconnected
    /// The member it is connected to.
    var member: MemberID?
    var session = SessionID.none
    var password = ByteBuffer()
    var timeoutMs: Int32 = 0
    var lastZxid = Zxid.zero
    var nextXid: Int32 = 1
    var asked: [(xid: Int32, Asked)] = []
    var lastHeard = Instant.zero
    var hasNode = false
    /// The number it wrote last, and the last that was acknowledged.
    var written = 0
    var acknowledged = 0
    /// The numbers of all clients that had been acknowledged before its last sync was sent; none before a sync.
    var synced: [Int] = []
    var hasProof = false
    var wantsProof = false
    /// Silent until then: it has crashed, or its host has.
    var silentUntil = Instant.zero
    private var lastArrival = Instant.zero

    init(index: Int, generator: SeededGenerator) {
        self.index = index
        self.generator = generator
    }

    var path: String { Self.path(of: self.index) }

    static func path(of index: Int) -> String { "/client-\(index)" }

    /// One of them hardly writes: it syncs and reads what the others wrote.
    var isReader: Bool { self.index == 0 }

    var description: String {
        "client \(self.index) \(self.state), \(self.asked.count) asked, session \(self.session)"
    }

    var connection: ConnectionID? {
        switch self.state {
        case .disconnected: nil
        case .connecting(let id), .connected(let id): id
        }
    }

    /// When something for it arrives: in order.
    mutating func arrival(of instant: Instant) -> Instant {
        self.lastArrival = max(instant, self.lastArrival + .nanoseconds(1))
        return self.lastArrival
    }

    mutating func startProof() {
        self.silentUntil = .zero
        self.wantsProof = true
        self.hasProof = false
    }

    mutating func disconnect() {
        self.state = .disconnected
        self.asked = []
        self.synced = []
    }

    mutating func forgetSession() {
        self.session = .none
        self.password = ByteBuffer()
    }

    /// The next thing to ask for.
    /// - Parameters:
    ///   - acknowledgedByAnybody: the latest transaction that any client was told is done.
    ///   - numbers: the numbers of all clients that have been acknowledged.
    mutating func choose(acknowledgedByAnybody: Zxid, numbers: [Int]) -> (Request, Asked) {
        let sync = (Request.sync(path: self.path), Asked.sync(acknowledged: acknowledgedByAnybody, numbers: numbers))
        if !self.hasNode {
            return (.create(CreateRequest(path: self.path, data: ByteBuffer(string: "0"))), .create)
        }
        if self.isReader, !self.wantsProof, self.generator.chance(0.9) {
            if self.generator.chance(0.4) { return sync }
            let other = Int.random(in: 0..<numbers.count, using: &self.generator)
            return (.getData(path: Self.path(of: other), watch: false), .readOther(other))
        }
        switch Int.random(in: 0..<100, using: &self.generator) {
        case _ where self.wantsProof, 0..<45:
            self.written += 1
            let data = ByteBuffer(string: String(self.written))
            let set = Request.setData(path: self.path, data: data, version: -1)
            return (
                self.generator.chance(0.2) ? .multi([.check(path: "/", version: -1), set]) : set, .write(self.written)
            )
        case 45..<60:
            let flags: CreateRequest.Flags = self.generator.chance(0.7) ? .ephemeralSequential : .persistentSequential
            return (.create(CreateRequest(path: self.path + "/n-", flags: flags)), .ephemeral)
        case 60..<75: return (.getData(path: self.path, watch: true), .read(sentBefore: self.lastZxid))
        case 75..<82:
            return (.getChildren(path: self.path, watch: true, withStat: true), .read(sentBefore: self.lastZxid))
        case 82..<90: return sync
        case 90..<95: return (.delete(path: self.path + "/n-0000000001", version: -1), .ephemeral)
        case 95..<97: return (.closeSession, .close)
        default: return (.exists(path: "/nowhere", watch: true), .read(sentBefore: self.lastZxid))
        }
    }
}
