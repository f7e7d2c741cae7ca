// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Names of objects that a controller makes by the dozen: a prefix and five letters that look random.
///
/// They are a hash of what the controller saw when it decided. So a plan stays a pure function, and a request whose
/// answer was lost can be looked into by name, which the server's own `generateName` would not allow.
package enum GeneratedName {
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
    private static let suffixLength = 5
    private static let nameLengthMax = 63

    /// A name that begins with the prefix and is not taken.
    package static func make(prefix: String, of facts: [String], isTaken: (String) -> Bool) -> String {
        let base = String(prefix.prefix(Self.nameLengthMax - Self.suffixLength))
        var attempt = 0
        while true {
            let name = base + Self.suffix(of: facts + [String(attempt)])
            if !isTaken(name) { return name }
            attempt += 1
        }
    }

    private static func suffix(of facts: [String]) -> String {
        var hash = Self.hash(of: facts)
        var letters: [UInt8] = []
        for _ in 0..<Self.suffixLength {
            letters.append(Self.alphabet[Int(hash % UInt64(Self.alphabet.count))])
            hash /= UInt64(Self.alphabet.count)
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// FNV-1a (64 bits) over the texts and their ends, stirred so that its low digits depend on all of them.
    package static func hash(of facts: [String]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for fact in facts {
            for byte in fact.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x0000_0100_0000_01b3
        }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        return hash ^ (hash >> 33)
    }
}
