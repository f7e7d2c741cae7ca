// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A history arranged for the checks: every send with its outcome, every delivery, and the log as it was at the end.
public struct Ledger: Sendable {
    /// A message as its producer saw it.
    public struct Send: Hashable, Sendable {
        /// When it was due by the schedule.
        public var scheduled: Int64
        /// When it was handed to the client library.
        public var invoked: Int64
        /// When its delivery report came; nil when none came.
        public var completed: Int64?
        /// What the report said; `info` while none came.
        public var outcome = Edge.Outcome.info
        /// The offset that the report named; −1 when none.
        public var offset: Int64 = -1
        /// The error that the report named, 0 for none.
        public var errorCode: Int32 = 0
    }

    /// A message as a reader saw it.
    public struct Delivery: Hashable, Sendable {
        /// The member of the group; for the reader at the end, 0.
        public var client: UInt16
        /// The member's assignment that it was delivered in.
        public var assignment: Int32
        /// The partition.
        public var partition: Int32
        /// Where it was.
        public var offset: Int64
        /// Which message it says it is; nil when that could not be read.
        public var message: MessageID?
        /// Whether its bytes were whole and of this run.
        public var contents: Edge.Contents
        /// When it was handed over.
        public var time: Int64
    }

    /// Every message that was handed to a client library.
    public private(set) var sends: [MessageID: Send] = [:]
    /// The messages in ascending order, for walks whose order can be seen.
    public private(set) var sentIDs: [MessageID] = []
    /// What the group was handed, in order of time.
    public private(set) var deliveries: [Delivery] = []
    /// The log of each partition at the end, by offset.
    public private(set) var log: [Int32: [Delivery]] = [:]
    /// The first place of each message in the log at the end, where it was found whole.
    public private(set) var places: [MessageID: Int64] = [:]
    /// Up to which offset the reader at the end read each partition.
    public private(set) var logEnds: [Int32: Int64] = [:]
    /// The group's commits by partition, in the order in which they were asked for.
    public internal(set) var commits: [Int32: [Commit]] = [:]
    /// How many errors clients met and retried after.
    public private(set) var retriableErrors = 0
    /// The messages that are proven to be in the log or were acknowledged: what must not be lost.
    public private(set) var acknowledged: Set<MessageID> = []
    /// What is missing of the evidence.
    public var gaps: [String]
    /// Whether a consumer group was to read what was sent.
    public let hasGroup: Bool

    /// Arranges a history.
    /// - Parameter hasGroup: Whether a consumer group was to read what was sent; without one nothing is unseen.
    public init(_ history: History, hasGroup: Bool = true) {
        self.gaps = history.gaps
        self.hasGroup = hasGroup
        for edge in history.edges {
            self.add(edge)
        }
        self.sentIDs = self.sends.keys.sorted()
        for partition in self.log.keys {
            self.log[partition]?.sort { $0.offset < $1.offset }
            for entry in self.log[partition] ?? [] where entry.contents == .whole {
                if let id = entry.message, self.places[id] == nil { self.places[id] = entry.offset }
            }
        }
        for (id, send) in self.sends where send.outcome == .ok {
            self.acknowledged.insert(id)
        }
        // A send of unknown outcome that any reader showed did happen, and counts as acknowledged from then on.
        for delivery in self.deliveries {
            self.prove(delivery)
        }
        for deliveries in self.log.values {
            for delivery in deliveries { self.prove(delivery) }
        }
    }

    private mutating func prove(_ delivery: Delivery) {
        guard let id = delivery.message, delivery.contents == .whole, self.sends[id]?.outcome == .info else { return }
        self.acknowledged.insert(id)
    }

    private mutating func add(_ edge: Edge) {
        switch (edge.operation, edge.phase) {
        case (.send, .invoke):
            self.sends[edge.message] = Send(scheduled: edge.scheduled, invoked: edge.time)
        case (.send, .complete):
            self.sends[edge.message]?.completed = edge.time
            self.sends[edge.message]?.outcome = edge.outcome
            self.sends[edge.message]?.offset = edge.offset
            self.sends[edge.message]?.errorCode = edge.errorCode
        case (.deliver, _):
            self.deliveries.append(Self.delivery(edge))
        case (.read, _):
            self.log[edge.message.partition, default: []].append(Self.delivery(edge))
        case (.readToEnd, _):
            self.logEnds[edge.message.partition] = edge.offset
        case (.retriableError, _):
            self.retriableErrors += 1
        case (.commit, _):
            self.add(commit: edge)
        case (.assign, _), (.revoke, _), (.end, _):
            break
        }
    }

    private static func delivery(_ edge: Edge) -> Delivery {
        Delivery(
            client: edge.client,
            assignment: edge.assignment,
            partition: edge.message.partition,
            offset: edge.offset,
            message: edge.message.sequence < 0 ? nil : edge.message,
            contents: edge.contents,
            time: edge.time
        )
    }

    /// The log of a partition at the end.
    /// - Throws: ``IncompleteEvidence`` when it was not read to its end.
    public func completeLog(of partition: Int32) throws -> [Delivery] {
        guard self.logEnds[partition] != nil else {
            throw IncompleteEvidence("partition \(partition) was not read to its end")
        }
        return self.log[partition] ?? []
    }

    /// The partitions that anything was sent to, sorted.
    public var partitions: [Int32] {
        Set(self.sentIDs.map(\.partition)).union(self.logEnds.keys).sorted()
    }
}
