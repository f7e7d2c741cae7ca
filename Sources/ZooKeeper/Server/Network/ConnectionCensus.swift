// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Counts connections by address, and refuses those beyond the limit.
final class ConnectionCensus: Sendable {
    private let perAddressMax: Int
    private let counts = Mutex<[String: Int]>([:])

    init(perAddressMax: Int) {
        self.perAddressMax = perAddressMax
    }

    /// Counts a connection until it closes.
    /// - Throws: ``TooManyConnections``.
    func admit(_ channel: any Channel) throws {
        guard self.perAddressMax > 0, let address = channel.remoteAddress?.ipAddress else { return }
        let isAdmitted = self.counts.withLock { counts in
            guard counts[address, default: 0] < self.perAddressMax else { return false }
            counts[address, default: 0] += 1
            return true
        }
        guard isAdmitted else { throw TooManyConnections(address: address, limit: self.perAddressMax) }
        channel.closeFuture.whenComplete { _ in
            self.counts.withLock { counts in
                let rest = counts[address, default: 1] - 1
                counts[address] = rest > 0 ? rest : nil
            }
        }
    }
}

/// An address has as many connections as it may have (`maxClientCnxns`).
struct TooManyConnections: Error, CustomStringConvertible {
    var address: String
    var limit: Int

    var description: String { "too many connections from \(self.address) - max is \(self.limit)" }
}
