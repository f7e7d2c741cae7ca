// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka
import Foundation
import NameResolution

/// What librdkafka's callbacks find at the other end of their opaque pointer.
///
/// `@unchecked Sendable`, since it is no final class: its one property never changes, and the subclass guards its own.
class ClientContext: @unchecked Sendable {
    let resolver: Resolver

    init(resolver: Resolver) {
        self.resolver = resolver
    }
}

extension ClientContext {
    /// getaddrinfo's contract, over the `Resolver`. Called on librdkafka's broker threads, with a nil node to free a result.
    static let resolve:
        @convention(c) (
            UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<addrinfo>?,
            UnsafeMutablePointer<UnsafeMutablePointer<addrinfo>?>?, UnsafeMutableRawPointer?
        ) -> Int32 = { node, service, hints, result, opaque in
            guard let result else { return EAI_FAIL }
            guard let node, let opaque else {
                freeaddrinfo(result.pointee)
                result.pointee = nil
                return 0
            }
            let context = Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
            let addresses: [String]
            do {
                addresses = try context.resolver.addresses(of: String(cString: node))
            } catch {
                return EAI_NONAME  // librdkafka says so in its log and tries again
            }
            var literal = addrinfo()
            literal.ai_family = AF_INET
            literal.ai_socktype = hints?.pointee.ai_socktype ?? Int32(SOCK_STREAM.rawValue)
            literal.ai_protocol = hints?.pointee.ai_protocol ?? 0
            literal.ai_flags = AI_NUMERICHOST
            var first: UnsafeMutablePointer<addrinfo>?
            for address in addresses.reversed() {
                var found: UnsafeMutablePointer<addrinfo>?
                guard getaddrinfo(address, service, &literal, &found) == 0, let found else { continue }
                var last = found
                while let next = last.pointee.ai_next { last = next }
                last.pointee.ai_next = first  // glibc frees a list element by element, so lists can be joined
                first = found
            }
            result.pointee = first
            return first == nil ? EAI_NONAME : 0
        }
}
