// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What stands before every request of a session.
package struct RequestHeader: Hashable, Sendable {
    /// The client's number for the request; the answer repeats it. −2, −4 and −8 are pings, authentication and watches.
    package var xid: Int32
    /// The request's kind.
    package var kind: OpCode

    /// A header.
    package init(xid: Int32, kind: OpCode) {
        self.xid = xid
        self.kind = kind
    }

    /// Reads a header.
    package init(from buffer: inout ByteBuffer) throws(JuteError) {
        self.xid = try buffer.readJute(Int32.self)
        self.kind = OpCode(rawValue: try buffer.readJute(Int32.self))
    }

    /// Writes a header.
    package func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(self.xid, self.kind.rawValue)
    }
}
