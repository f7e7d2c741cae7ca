// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A kind of finding; what a promise tolerates is a set of these.
public enum FindingKind: String, Hashable, Sendable, CaseIterable {
    /// An acknowledged message is not in the log at its offset.
    case lost
    /// A message is at more than one offset.
    case duplicate
    /// Messages are in another order than they were sent in, or were handed to a reader out of order.
    case reordered
    /// A message was read that nobody had sent, or whose sending had definitely failed.
    case phantom
    /// The bytes of a message changed.
    case corrupted
    /// An acknowledged message that is in the log was never handed to the group.
    case unseen
    /// Two observers saw different messages at one offset.
    case divergent
    /// A member was handed a message before another of its assignment that lies before it.
    case skipped
}

/// What a check found, with the fewest operations that prove it.
public struct Finding: Hashable, Sendable {
    /// What kind of harm.
    public var kind: FindingKind
    /// The partition.
    public var partition: Int32
    /// The offset, where one proves it.
    public var offset: Int64?
    /// The messages that prove it, the fewest.
    public var witnesses: [MessageID]
    /// When it came to pass, as far as known: CLOCK_MONOTONIC nanoseconds.
    public var time: Int64
    /// One sentence that names messages, partition and offsets.
    public var because: String

    /// A finding.
    public init(
        _ kind: FindingKind,
        partition: Int32,
        offset: Int64? = nil,
        witnesses: [MessageID],
        time: Int64,
        because: String
    ) {
        self.kind = kind
        self.partition = partition
        self.offset = offset
        self.witnesses = witnesses
        self.time = time
        self.because = because
    }
}

/// Looks for one kind of anomaly in what clients did.
public protocol Check: Sendable {
    /// What it found; empty when all is well.
    /// - Throws: when the evidence does not suffice; the verdict is then `error`, never `pass`.
    func findings(in ledger: Ledger) throws -> [Finding]
}

/// Why a check could not judge.
public struct IncompleteEvidence: Error, Hashable, CustomStringConvertible {
    /// What is missing.
    public var message: String
    public var description: String { self.message }

    /// Missing evidence.
    public init(_ message: String) {
        self.message = message
    }
}
