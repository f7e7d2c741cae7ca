// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The bounds that this module puts on a peer's bytes.
package enum Limits {
    /// The largest frame that is taken, in bytes (Kafka's default of `socket.request.max.bytes`).
    package static let frameBytesMax = 104_857_600
    /// The largest record batch that is taken, in bytes, its first twelve aside.
    package static let batchBytesMax = Limits.frameBytesMax
    /// How many elements of a list get room before they have been decoded.
    static let decodedListReserveMax = 1024
}
