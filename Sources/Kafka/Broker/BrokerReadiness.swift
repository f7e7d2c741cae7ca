// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Tells a probe, at the price of one system call, whether a broker is ready.
///
/// A ready broker holds a name in the kernel's abstract socket namespace, which goes with the process: nothing can be
/// left behind by an earlier one, and nothing has to be asked of a busy one.
public enum BrokerReadiness {
    /// Whether the broker that listens on this address has been in sync with everything since it started.
    public static func isReady(host: String, port: Int) -> Bool {
        guard let descriptor = self.makeSocket() else { return false }
        defer { close(descriptor) }
        return self.withAddress(host, port) { connect(descriptor, $0, $1) == 0 }
    }

    /// Says so from now on until the process ends.
    /// - Returns: whether the name could be had.
    static func announce(host: String, port: Int) -> Bool {
        guard let descriptor = self.makeSocket() else { return false }
        // Kept open on purpose: it is the sign, and the kernel takes it down.
        return self.withAddress(host, port) { bind(descriptor, $0, $1) == 0 }
    }

    private static func makeSocket() -> CInt? {
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        return descriptor >= 0 ? descriptor : nil
    }

    private static func withAddress<Result>(
        _ host: String,
        _ port: Int,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A first byte of zero makes the name abstract.
        let name = [0] + Array("seatrial/kafka-ready/\(host):\(port)".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.prefix($0.count)) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
