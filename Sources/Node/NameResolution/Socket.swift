// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore

/// What a socket call could not do.
struct SocketFailure: Error, CustomStringConvertible {
    /// The call, or what was wrong.
    var operation: String
    /// The system's error number, 0 where there is none.
    var code: CInt

    var description: String {
        self.code == 0 ? self.operation : "\(self.operation): \(String(cString: strerror(self.code)))"
    }
}

/// A blocking client socket, closed with its last reference.
struct Socket: ~Copyable {
    private let descriptor: CInt

    /// A UDP socket that takes answers of that server only (and learns of its closed port).
    init(datagramTo server: (address: String, port: Int)) throws {
        self.descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard self.descriptor >= 0 else { throw SocketFailure(operation: "socket", code: errno) }
        try self.connect(to: server)
    }

    /// A TCP connection.
    init(streamTo server: (address: String, port: Int), patienceMs: Int64) throws {
        self.descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard self.descriptor >= 0 else { throw SocketFailure(operation: "socket", code: errno) }
        var timeout = timeval(tv_sec: Int(patienceMs / 1000), tv_usec: Int(patienceMs % 1000 * 1000))
        // The kernel bounds connect and send by it.
        setsockopt(self.descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        try self.connect(to: server)
    }

    deinit {
        if self.descriptor >= 0 { close(self.descriptor) }
    }

    private func connect(to server: (address: String, port: Int)) throws {
        guard let host = IPv4Address(server.address), let port = UInt16(exactly: server.port) else {
            throw SocketFailure(operation: "\(server.address):\(server.port) is no IPv4 address and port", code: 0)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.rawValue.bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SocketFailure(operation: "connect", code: errno) }
    }

    func send(_ bytes: ByteBuffer) throws {
        let sent = bytes.withUnsafeReadableBytes {
            Glibc.send(self.descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
        guard sent >= 0 else { throw SocketFailure(operation: "send", code: errno) }
        guard sent == bytes.readableBytes else { throw SocketFailure(operation: "send was cut short", code: 0) }
    }

    /// The next datagram, or what has come of a stream (empty: it ended).
    func receive(max: Int, patienceMs: Int64) throws -> ByteBuffer {
        var entry = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        let ready = poll(&entry, 1, CInt(clamping: patienceMs))
        guard ready > 0 else {
            throw SocketFailure(operation: ready == 0 ? "no answer in time" : "poll", code: ready == 0 ? 0 : errno)
        }
        var buffer = ByteBuffer()
        var failure: CInt = 0
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: max) { space in
            let count = recv(self.descriptor, space.baseAddress, space.count, 0)
            if count < 0 { failure = errno }
            return Swift.max(0, count)
        }
        guard failure == 0 else { throw SocketFailure(operation: "receive", code: failure) }
        return buffer
    }
}
