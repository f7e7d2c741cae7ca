// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The machine's own resolver (/etc/hosts, /etc/resolv.conf).
enum SystemResolver {
    /// The IPv4 addresses of a name. Blocks for as long as the system's settings say.
    static func addresses(of name: String) throws -> [String] {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(name, nil, &hints, &list)
        guard result == 0 else {
            // -5 is glibc's EAI_NODATA (the name is there, without an address), which is not in the module.
            let isAbsent = result == EAI_NONAME || result == -5 || result == EAI_AGAIN
            throw ResolutionError(
                isAbsent ? .notFound : .systemError,
                name: name,
                message: "the machine's own resolver says: \(String(cString: gai_strerror(result)))"
            )
        }
        defer { freeaddrinfo(list) }
        var addresses = [String]()
        var entry = list
        while let info = entry {
            info.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                let address = IPv4Address(rawValue: UInt32(bigEndian: $0.pointee.sin_addr.s_addr)).description
                if !addresses.contains(address) { addresses.append(address) }
            }
            entry = info.pointee.ai_next
        }
        return addresses
    }
}
