// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The limits of this module.
enum Limits {
    /// The longest name, in bytes on the wire (RFC 1035 §2.3.4).
    static let nameBytesMax = 255
    /// The longest label, in bytes.
    static let labelBytesMax = 63
    /// How many compression pointers a name may follow: more can only be a loop.
    static let pointersMax = 32
    /// How many records a message may hold; a count on the wire beyond it is refused before any allocation.
    static let recordsMax = 4096
    /// The largest UDP answer that we ask for, in bytes: loopback carries it in one piece.
    static let udpPayloadMax = 32_768
    /// How long the first try of a question waits for its answer, in milliseconds; later tries wait twice as long each.
    static let firstTryMs: Int64 = 250
    /// How long to wait before asking a server anew whose port is closed, in milliseconds.
    static let refusedPauseMs: Int64 = 50
}
