// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The answer to a ``ConnectRequest``.
package struct ConnectResponse: Hashable, Sendable {
    /// The timeout that holds, in milliseconds; 0 when the session is gone.
    package var timeoutMs: Int32
    /// The session; none when it is gone.
    package var session: SessionID
    /// The session's password, 16 bytes.
    package var password: ByteBuffer
    /// Whether to write the read-only byte.
    package var hasReadOnlyByte: Bool

    /// An answer.
    package init(timeoutMs: Int32, session: SessionID, password: ByteBuffer, hasReadOnlyByte: Bool) {
        self.timeoutMs = timeoutMs
        self.session = session
        self.password = password
        self.hasReadOnlyByte = hasReadOnlyByte
    }

    /// The answer that tells a client that its session is gone.
    package static func expired(hasReadOnlyByte: Bool) -> ConnectResponse {
        ConnectResponse(
            timeoutMs: 0,
            session: .none,
            password: ByteBuffer(repeating: 0, count: 16),
            hasReadOnlyByte: hasReadOnlyByte
        )
    }

    /// Reads the frame's body.
    package init(from buffer: inout ByteBuffer) throws(JuteError) {
        _ = try buffer.readJute(Int32.self)  // the protocol version
        self.timeoutMs = try buffer.readJute(Int32.self)
        self.session = SessionID(rawValue: try buffer.readJute(Int64.self))
        self.password = try buffer.readJuteBuffer()
        self.hasReadOnlyByte = buffer.readableBytes > 0
    }

    /// Writes the frame's body.
    package func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(Int32(0), self.timeoutMs, self.session.rawValue)
        buffer.writeJuteBuffer(self.password)
        if self.hasReadOnlyByte { buffer.writeJuteBool(false) }
    }
}
