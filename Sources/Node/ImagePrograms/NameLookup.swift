// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NameResolution

/// `nslookup` as busybox 1.28 prints it, for images whose users look names up.
package enum NameLookup {
    /// What is printed for a name, and the exit status. Blocks.
    package static func nslookup(_ name: String, resolver: Resolver) -> (text: String, status: Int32) {
        var text = ""
        if let server = resolver.server {
            text += "Server:    \(server.address)\n"
            text += "Address 1: \(server.address) kube-dns.kube-system.svc.cluster.local\n\n"
        }
        do {
            let addresses = try resolver.addresses(of: name)
            text += "Name:      \(name)\n"
            for (index, address) in addresses.enumerated() { text += "Address \(index + 1): \(address)\n" }
            return (text, 0)
        } catch {
            return (text + "nslookup: can't resolve '\(name)'\n", 1)
        }
    }

    /// The first address of a name; nil when it has none. Blocks.
    package static func address(of name: String, resolver: Resolver) -> String? {
        do {
            return try resolver.addresses(of: name).first
        } catch {
            return nil
        }
    }
}
