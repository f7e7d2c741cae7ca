// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What a watch tells its client.
package struct WatchEvent: Hashable, Sendable {
    /// What happened to the node.
    package enum Kind: Int32, Hashable, Sendable {
        case created = 1
        case deleted = 2
        case dataChanged = 3
        case childrenChanged = 4
    }

    /// What happened.
    package var kind: Kind
    /// The node it happened to.
    package var path: String

    /// An event.
    package init(_ kind: Kind, _ path: String) {
        self.kind = kind
        self.path = path
    }

    /// Writes the record with the connection state *connected*.
    package func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(self.kind.rawValue, Int32(3))
        buffer.writeJuteString(self.path)
    }
}
