// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The loopback addresses of one cluster: 127.(64+k).0.0/16.
///
/// Node n has .255.n and pods in .n.0/24; services are in .240.0/21, the cluster's DNS is .240.10. Who listens on .255.254:10250 owns the
/// block: the kernel frees it after any crash.
public final class AddressBlock: Sendable {
    /// The second part of its addresses, 64 to 254.
    public let number: Int
    private let descriptor: CInt

    private init(number: Int, descriptor: CInt) {
        self.number = number
        self.descriptor = descriptor
    }

    deinit {
        close(self.descriptor)
    }

    /// The first block that nobody owns, owned until the object goes.
    /// - Throws: ``AddressBlockError`` when all are taken.
    public static func claim() throws -> AddressBlock {
        var failure: CInt = 0
        for number in 64...254 {
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw AddressBlockError(code: errno) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(10250).bigEndian
            address.sin_addr.s_addr = (UInt32(127) << 24 | UInt32(number) << 16 | 255 << 8 | 254).bigEndian
            let isBound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isBound, listen(descriptor, 1) == 0 { return AddressBlock(number: number, descriptor: descriptor) }
            failure = errno
            close(descriptor)
        }
        throw AddressBlockError(code: failure)
    }

    /// The address of node n (1 to 239).
    public func nodeAddress(_ node: Int) -> String { "127.\(self.number).255.\(node)" }

    /// The first three parts of the addresses of node n's pods, with a dot behind.
    public func podPrefix(_ node: Int) -> String { "127.\(self.number).\(node)." }

    /// The address of the cluster's DNS.
    public var dnsAddress: String { "127.\(self.number).240.10" }

    /// The addresses of services, in CIDR notation.
    public var serviceRange: String { "127.\(self.number).240.0/21" }

    /// The address for the API server.
    public var controlPlaneAddress: String { "127.\(self.number).255.254" }
}

/// No block of loopback addresses could be had.
public struct AddressBlockError: Error, Hashable, CustomStringConvertible {
    /// The system's error number of the last try.
    public var code: CInt

    public var description: String {
        "no free block of loopback addresses 127.64.0.0/16 to 127.254.0.0/16 "
            + "(the last: \(String(cString: strerror(self.code)))): end other clusters with `seatrial cluster down`"
    }
}
