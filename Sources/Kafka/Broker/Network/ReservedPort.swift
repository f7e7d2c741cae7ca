// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A port that is taken but not open yet: clients are refused until the broker is registered.
struct ReservedPort {
    let descriptor: CInt
    let port: Int

    /// Takes a port of an IPv4 address; 0 takes a free one.
    init(host: String, port: Int) throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw BrokerConfigurationError("listeners: \(host) is not an IPv4 address of this machine")
        }
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("take a socket", host, port) }
        var one: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size))
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard bound == 0 else {
            let error = Self.failure("listen", host, port)
            close(descriptor)
            throw error
        }
        var taken = sockaddr_in()
        var takenSize = size
        let known = withUnsafeMutablePointer(to: &taken) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &takenSize) }
        }
        self.descriptor = descriptor
        self.port = known == 0 ? Int(UInt16(bigEndian: taken.sin_port)) : port
    }

    private static func failure(_ what: String, _ host: String, _ port: Int) -> BrokerConfigurationError {
        BrokerConfigurationError("can't \(what) on \(host):\(port): \(String(cString: strerror(errno)))")
    }
}
