// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Determinism

/// Connections between nodes: messages arrive late, in order on each connection, or are lost with their connection.
///
/// As with TCP, nothing is lost or reordered within a living connection. A break drops what is under way in both
/// directions; whoever owns the machines tells both ends (`connectionLost`) and connects them anew.
public struct SimulatedNetwork<Node: Hashable & Comparable & Sendable>: Sendable {
    /// A connection's life between two nodes; what was sent in an earlier life never arrives.
    public struct Connection: Hashable, Sendable {
        /// The lower of the two nodes.
        public var first: Node
        /// The higher of the two nodes.
        public var second: Node

        /// The connection between two nodes, in either order.
        public init(_ one: Node, _ other: Node) {
            (self.first, self.second) = one < other ? (one, other) : (other, one)
        }
    }

    /// When a message arrives and in which life of its connection it was sent.
    public struct Delivery: Hashable, Sendable {
        /// When it arrives.
        public var at: Instant
        /// Pass it to ``SimulatedNetwork/arrives(_:from:to:)``: false when the connection broke in between.
        public var epoch: Int
    }

    private struct Direction: Hashable {
        var from: Node
        var to: Node
    }

    /// The least time under way.
    public var delayMin: Duration
    /// The usual most; one message in twenty takes up to ten times as long.
    public var delayMax: Duration
    private var generator: SeededGenerator
    private var epochs: [Connection: Int] = [:]  // looked up, never iterated
    private var lastArrival: [Direction: Instant] = [:]  // looked up, never iterated
    private var cut: Set<Connection> = []  // looked up, never iterated

    /// A network whose delays follow from the generator.
    public init(
        generator: SeededGenerator,
        delayMin: Duration = .microseconds(50),
        delayMax: Duration = .milliseconds(5)
    ) {
        self.generator = generator
        self.delayMin = delayMin
        self.delayMax = delayMax
    }

    /// Whether the two nodes can reach each other now.
    public func isConnected(_ one: Node, _ other: Node) -> Bool {
        !self.cut.contains(Connection(one, other))
    }

    /// Sends a message; nil when the two are cut off from each other.
    public mutating func send(from: Node, to: Node, now: Instant) -> Delivery? {
        let connection = Connection(from, to)
        guard !self.cut.contains(connection) else { return nil }
        var most = self.delayMax.wholeNanoseconds
        if self.generator.chance(0.05) { most *= 10 }
        let least = self.delayMin.wholeNanoseconds
        var at = now + .nanoseconds(Int64.random(in: least...max(least, most), using: &self.generator))
        let direction = Direction(from: from, to: to)
        if let last = self.lastArrival[direction], at <= last { at = last + .nanoseconds(1) }
        self.lastArrival[direction] = at
        return Delivery(at: at, epoch: self.epochs[connection, default: 0])
    }

    /// Whether a message of that life of the connection still arrives.
    public func arrives(_ delivery: Delivery, from: Node, to: Node) -> Bool {
        let connection = Connection(from, to)
        return !self.cut.contains(connection) && self.epochs[connection, default: 0] == delivery.epoch
    }

    /// Breaks the connection once: what is under way is lost, the two may connect again at once.
    public mutating func breakConnection(_ one: Node, _ other: Node) {
        self.epochs[Connection(one, other), default: 0] += 1
        self.lastArrival[Direction(from: one, to: other)] = nil
        self.lastArrival[Direction(from: other, to: one)] = nil
    }

    /// Cuts two nodes off from each other until ``heal(_:_:)``.
    public mutating func partition(_ one: Node, _ other: Node) {
        self.breakConnection(one, other)
        self.cut.insert(Connection(one, other))
    }

    /// Lets two nodes reach each other again.
    public mutating func heal(_ one: Node, _ other: Node) {
        self.cut.remove(Connection(one, other))
    }

    /// Lets all nodes reach each other again.
    public mutating func healAll() {
        self.cut.removeAll()
    }
}
