// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What a server sends to a client.
package enum ServerMessage: Hashable, Sendable {
    case connected(ConnectResponse)
    case reply(Reply)
    case event(WatchEvent)

    /// Writes the message as a frame, its length first.
    package func write(to buffer: inout ByteBuffer) {
        buffer.writeFrame { buffer in
            switch self {
            case .connected(let response):
                response.write(to: &buffer)
            case .reply(let reply):
                buffer.writeMultipleIntegers(reply.xid, reply.zxid.rawValue, reply.error.rawValue)
                if reply.error == .ok { reply.body.write(to: &buffer) }
            case .event(let event):
                buffer.writeMultipleIntegers(Int32(-1), Int64(-1), Int32(0))
                event.write(to: &buffer)
            }
        }
    }
}

/// The answer to a request.
package struct Reply: Hashable, Sendable {
    /// The request's number.
    package var xid: Int32
    /// The last transaction that the server had applied, or the request's own.
    package var zxid: Zxid
    /// What went wrong.
    package var error: ErrorCode
    /// The answer, which is only written where nothing went wrong.
    package var body: Response

    /// An answer.
    package init(xid: Int32, zxid: Zxid, error: ErrorCode = .ok, body: Response = .empty) {
        self.xid = xid
        self.zxid = zxid
        self.error = error
        self.body = body
    }
}
