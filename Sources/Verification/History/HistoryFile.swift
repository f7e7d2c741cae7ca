// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// The format of an `.edges` file: a head, then edges of fixed width, in the order in which they happened.
public enum HistoryFile {
    /// Bytes of the head.
    public static let headLength = 128
    /// Bytes of an edge.
    public static let edgeLength = 56
    /// The version that this code writes and reads.
    public static let version: UInt32 = 1
    private static let magic: UInt64 = 0x5345_4154_5249_414c  // "SEATRIAL"

    /// What a file says of itself.
    public struct Head: Hashable, Sendable {
        /// The run that it belongs to.
        public var run: RunID
        /// The machine's boot, from /proc/sys/kernel/random/boot_id: monotonic times compare only within one.
        public var boot: RunID
        /// CLOCK_MONOTONIC at the start, in nanoseconds.
        public var monotonicStart: Int64
        /// The wall clock at the start, in nanoseconds since 1970.
        public var wallStart: Int64

        /// A head.
        public init(run: RunID, boot: RunID, monotonicStart: Int64, wallStart: Int64) {
            self.run = run
            self.boot = boot
            self.monotonicStart = monotonicStart
            self.wallStart = wallStart
        }
    }

    /// Why a file cannot be used.
    public struct FormatError: Error, Hashable, CustomStringConvertible {
        /// What is wrong, and at which byte.
        public var message: String
        public var description: String { self.message }
    }

    /// Writes a head.
    public static func write(_ head: Head, into buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        buffer.writeInteger(Self.magic)
        buffer.writeInteger(Self.version)
        buffer.writeInteger(UInt32(Self.edgeLength))
        for id in [head.run, head.boot] {
            buffer.writeInteger(id.high)
            buffer.writeInteger(id.low)
        }
        buffer.writeInteger(head.monotonicStart)
        buffer.writeInteger(head.wallStart)
        buffer.writeRepeatingByte(0, count: Self.headLength - (buffer.writerIndex - start))
    }

    /// Reads a head.
    /// - Throws: ``FormatError`` when this is no history, or one of another version.
    public static func readHead(from buffer: inout ByteBuffer) throws(FormatError) -> Head {
        guard var head = buffer.readSlice(length: Self.headLength),
            let magic: UInt64 = head.readInteger(), magic == Self.magic,
            let version: UInt32 = head.readInteger(), let edgeLength: UInt32 = head.readInteger(),
            let words = Self.readWords(6, from: &head)
        else { throw FormatError(message: "not a history: it does not begin with a whole head") }
        guard version == Self.version, edgeLength == UInt32(Self.edgeLength) else {
            throw FormatError(message: "a history of version \(version); this program reads version \(Self.version)")
        }
        return Head(
            run: RunID(high: words[0], low: words[1]),
            boot: RunID(high: words[2], low: words[3]),
            monotonicStart: Int64(bitPattern: words[4]),
            wallStart: Int64(bitPattern: words[5])
        )
    }

    private static func readWords(_ count: Int, from buffer: inout ByteBuffer) -> [UInt64]? {
        let words = (0..<count).compactMap { _ in buffer.readInteger(as: UInt64.self) }
        return words.count == count ? words : nil
    }

    /// Writes an edge.
    public static func write(_ edge: Edge, into buffer: inout ByteBuffer) {
        buffer.writeInteger(edge.operation.rawValue)
        buffer.writeInteger(edge.phase.rawValue)
        buffer.writeInteger(edge.outcome.rawValue)
        buffer.writeInteger(edge.contents.rawValue)
        buffer.writeInteger(edge.client)
        buffer.writeInteger(UInt16(0))
        buffer.writeInteger(edge.message.producer)
        buffer.writeInteger(edge.message.partition)
        buffer.writeInteger(edge.message.sequence)
        buffer.writeInteger(edge.time)
        buffer.writeInteger(edge.scheduled)
        buffer.writeInteger(edge.offset)
        buffer.writeInteger(edge.errorCode)
        buffer.writeInteger(edge.assignment)
    }

    /// Reads the next edge; nil at the end, also in the middle of a torn one.
    /// - Throws: ``FormatError`` when the bytes are no edge.
    public static func readEdge(from buffer: inout ByteBuffer) throws(FormatError) -> Edge? {
        guard
            let (operation, phase, outcome, contents, client, _, producer, partition) = buffer.readMultipleIntegers(
                as: (UInt8, UInt8, UInt8, UInt8, UInt16, UInt16, UInt32, Int32).self
            ),
            let (sequence, time, scheduled, offset, errorCode, assignment) = buffer.readMultipleIntegers(
                as: (Int64, Int64, Int64, Int64, Int32, Int32).self
            )
        else { return nil }
        guard let operation = Edge.Operation(rawValue: operation), let phase = Edge.Phase(rawValue: phase),
            let outcome = Edge.Outcome(rawValue: outcome), let contents = Edge.Contents(rawValue: contents)
        else {
            throw FormatError(message: "not an edge, before byte \(buffer.readerIndex)")
        }
        return Edge(
            operation,
            phase,
            outcome: outcome,
            contents: contents,
            client: client,
            message: MessageID(producer: producer, partition: partition, sequence: sequence),
            time: time,
            scheduled: scheduled,
            offset: offset,
            errorCode: errorCode,
            assignment: assignment
        )
    }
}
