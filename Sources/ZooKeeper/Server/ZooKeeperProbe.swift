// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NameResolution

/// Asks a ZooKeeper server how it is, as readiness probes do. Blocks; needs no event loop.
public enum ZooKeeperProbe {
    /// Whether the server answers `ruok` with `imok`: it runs, whether or not its ensemble does.
    public static func ruok(port: Int, address: String = "127.0.0.1", timeout: Duration = .seconds(4)) -> Bool {
        self.ask("ruok", port: port, address: address, timeout: timeout) == "imok"
    }

    /// Whether the server serves: alone, as leader or as a follower that has caught up.
    public static func serving(port: Int, address: String = "127.0.0.1", timeout: Duration = .seconds(4)) -> Bool {
        self.ask("srvr", port: port, address: address, timeout: timeout)?.contains("\nMode: ") ?? false
    }

    /// The answer to a four-letter word; nil when there is none in time.
    public static func ask(_ word: String, port: Int, address: String, timeout: Duration = .seconds(4)) -> String? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let seconds = timeout.components
        var limit = timeval(
            tv_sec: Int(seconds.seconds),
            tv_usec: Int(seconds.attoseconds / 1_000_000_000_000)
        )
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard var target = self.socketAddress(address, port: port) else { return nil }
        let connected = target.withUnsafeMutableBytes { bytes in
            connect(
                descriptor,
                bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count)
            )
        }
        let letters = Array(word.utf8)
        guard connected == 0, send(descriptor, letters, letters.count, Int32(MSG_NOSIGNAL)) == letters.count
        else { return nil }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while answer.count < 1 << 20 {
            let count = recv(descriptor, &part, part.count, 0)
            if count < 0 { return nil }
            if count == 0 { break }
            answer += part[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    /// The bytes of a `sockaddr_in`: family, port, address, padding.
    private static func socketAddress(_ address: String, port: Int) -> [UInt8]? {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, (1...65535).contains(port) else { return nil }
        var bytes = withUnsafeBytes(of: UInt16(AF_INET), Array.init)
        bytes += [UInt8(port >> 8), UInt8(port & 0xff)]
        for part in parts {
            guard let part else { return nil }
            bytes.append(part)
        }
        return bytes + [UInt8](repeating: 0, count: 8)
    }
}
