// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import NameResolution

/// Finds the addresses of other brokers: literal ones at once, names on a thread that may block.
final class AddressBook: Sendable {
    private let resolver: NameResolution.Resolver

    init(resolver: NameResolution.Resolver) {
        self.resolver = resolver
    }

    func resolve(_ host: String, on loop: any EventLoop) -> EventLoopFuture<String> {
        if host.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return loop.makeSucceededFuture(host)
        }
        let resolver = self.resolver
        return NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            let addresses = try resolver.addresses(of: host)
            guard let first = addresses.first else { throw AddressError(host: host) }
            return first
        }
    }
}

/// A name without an address.
struct AddressError: Error, CustomStringConvertible {
    var host: String
    var description: String { "\(self.host) has no address" }
}
