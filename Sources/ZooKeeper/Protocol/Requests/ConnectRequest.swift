// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The first frame of a connection: opens a session or takes one up again.
package struct ConnectRequest: Hashable, Sendable {
    /// The last transaction the client has seen; a server that is behind must not serve it.
    package var lastZxidSeen: Zxid
    /// The session timeout the client wishes for, in milliseconds.
    package var timeoutMs: Int32
    /// The session to take up again, or none.
    package var session: SessionID
    /// The session's password.
    package var password: ByteBuffer
    /// Whether the frame had the read-only byte of 3.4 and later; the answer then has it as well.
    package var hasReadOnlyByte: Bool

    /// A request.
    package init(
        lastZxidSeen: Zxid = .zero,
        timeoutMs: Int32,
        session: SessionID = .none,
        password: ByteBuffer = ByteBuffer(),
        hasReadOnlyByte: Bool = true
    ) {
        self.lastZxidSeen = lastZxidSeen
        self.timeoutMs = timeoutMs
        self.session = session
        self.password = password
        self.hasReadOnlyByte = hasReadOnlyByte
    }

    /// Reads the frame's body.
    package init(from buffer: inout ByteBuffer) throws(JuteError) {
        _ = try buffer.readJute(Int32.self)  // the protocol version, 0 in every client
        self.lastZxidSeen = Zxid(rawValue: try buffer.readJute(Int64.self))
        self.timeoutMs = try buffer.readJute(Int32.self)
        self.session = SessionID(rawValue: try buffer.readJute(Int64.self))
        self.password = try buffer.readJuteBuffer()
        self.hasReadOnlyByte = buffer.readableBytes > 0
        if self.hasReadOnlyByte { _ = try buffer.readJuteBool() }
    }

    /// Writes the frame's body.
    package func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            Int32(0),
            self.lastZxidSeen.rawValue,
            self.timeoutMs,
            self.session.rawValue
        )
        buffer.writeJuteBuffer(self.password)
        if self.hasReadOnlyByte { buffer.writeJuteBool(false) }
    }
}
