// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The beginning or the end of one operation of a client, as it is recorded.
///
/// Times are nanoseconds of CLOCK_MONOTONIC. Fields that an operation does not have are 0, or −1 for offsets.
public struct Edge: Hashable, Sendable {
    /// What the client did.
    public enum Operation: UInt8, Hashable, Sendable, CaseIterable {
        /// A producer sent a message: `invoke` when it was handed over, `complete` with the delivery report.
        case send = 1
        /// A group member was handed a message (`complete` only).
        case deliver = 2
        /// The reader at the end found a message in the log (`complete` only).
        case read = 3
        /// The reader at the end reached the end of a partition, at `offset` (`complete` only).
        case readToEnd = 4
        /// A partition was assigned to a member: an assignment begins.
        case assign = 5
        /// A partition was taken from a member: its assignment ends.
        case revoke = 6
        /// A member committed `offset` for a partition.
        case commit = 7
        /// A client met an error that it will retry after (`errorCode`).
        case retriableError = 8
        /// The history was closed in order; the last edge of a whole file.
        case end = 255
    }

    /// Which side of the operation.
    public enum Phase: UInt8, Hashable, Sendable {
        /// It began.
        case invoke = 1
        /// It ended.
        case complete = 2
    }

    /// How it ended.
    public enum Outcome: UInt8, Hashable, Sendable {
        /// Not ended, or nothing to say.
        case none = 0
        /// It took effect.
        case ok = 1
        /// It did not take effect and never will.
        case fail = 2
        /// It may have taken effect, now or later.
        case info = 3
    }

    /// What was found in a message's value.
    public enum Contents: UInt8, Hashable, Sendable {
        /// A whole message of this run.
        case whole = 0
        /// Not a message of this run.
        case foreign = 1
        /// Bytes changed; the identity is what could be read.
        case corrupted = 2
    }

    /// What the client did.
    public var operation: Operation
    /// Which side of it.
    public var phase: Phase
    /// How it ended.
    public var outcome: Outcome
    /// What was in the message.
    public var contents: Contents
    /// The client's number: of a producer, or of a group member.
    public var client: UInt16
    /// The message; its partition also for operations on a partition.
    public var message: MessageID
    /// When it happened.
    public var time: Int64
    /// When a send was due by the schedule.
    public var scheduled: Int64
    /// The offset that the answer, the delivery or the commit names; −1 when none.
    public var offset: Int64
    /// The client library's error code, 0 for none.
    public var errorCode: Int32
    /// Counts the assignments of a member, so that order is judged within one.
    public var assignment: Int32

    /// An edge; what is left out is absent.
    public init(
        _ operation: Operation,
        _ phase: Phase,
        outcome: Outcome = .none,
        contents: Contents = .whole,
        client: UInt16,
        message: MessageID,
        time: Int64,
        scheduled: Int64 = 0,
        offset: Int64 = -1,
        errorCode: Int32 = 0,
        assignment: Int32 = 0
    ) {
        self.operation = operation
        self.phase = phase
        self.outcome = outcome
        self.contents = contents
        self.client = client
        self.message = message
        self.time = time
        self.scheduled = scheduled
        self.offset = offset
        self.errorCode = errorCode
        self.assignment = assignment
    }
}
