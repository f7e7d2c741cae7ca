// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// A field that holds record batches, one after another.
package enum Records: Hashable, Sendable {
    /// None at all.
    case null
    /// The batches' bytes.
    case bytes(ByteBuffer)
    /// Bytes that the encoder does not touch, for a shell that sends them from a file.
    case external(ExternalRecords)

    /// No batches, where null would be more than librdkafka can read.
    package static let empty = Records.bytes(ByteBuffer())

    /// The size in bytes.
    package var count: Int {
        switch self {
        case .null: 0
        case .bytes(let bytes): bytes.readableBytes
        case .external(let records): records.count
        }
    }
}

/// Records that stay where they are (a region of a segment) while the message around them is encoded.
package struct ExternalRecords: Hashable, Sendable {
    /// What the caller knows them by, such as an index into its list of file regions.
    package var id: Int
    /// Their size in bytes.
    package var count: Int

    /// Records known as `id`, `count` bytes of them.
    package init(id: Int, count: Int) {
        self.id = id
        self.count = count
    }

    /// Where in an encoded message external records belong.
    package struct Placement: Hashable, Sendable {
        /// The writer index of the encoder's buffer before which they are to be sent.
        package var position: Int
        /// Which records.
        package var records: ExternalRecords
    }
}
