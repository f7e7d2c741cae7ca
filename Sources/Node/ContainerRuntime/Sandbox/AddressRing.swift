// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Hands out the addresses of a /24 in a ring, so that a pod that comes back has a new one.
struct AddressRing: Hashable {
    /// The first three parts with a dot behind: `127.64.1.`.
    let prefix: String
    private var used: Set<Int> = []
    private var last = 0

    init(prefix: String) {
        self.prefix = prefix
    }

    /// The next free address; nil when all 254 are in use.
    mutating func take() -> String? {
        for step in 1...254 {
            let host = (self.last + step - 1) % 254 + 1
            guard self.used.insert(host).inserted else { continue }
            self.last = host
            return self.prefix + String(host)
        }
        return nil
    }

    /// Makes an address free again.
    mutating func release(_ address: String) {
        if address.hasPrefix(self.prefix), let host = Int(address.dropFirst(self.prefix.count)) {
            self.used.remove(host)
        }
    }
}
