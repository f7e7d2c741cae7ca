// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A topic's unique id (KIP-516): 16 bytes, all zero where there is none.
package struct TopicID: Hashable, Sendable, CustomStringConvertible {
    /// The first eight bytes, as a big-endian number.
    package var high: UInt64
    /// The last eight bytes, as a big-endian number.
    package var low: UInt64

    /// The id that means none.
    package static let zero = TopicID(high: 0, low: 0)

    /// An id of its two halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The 22 characters of URL-safe base64 that Kafka prints and stores in ZooKeeper.
    package var description: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        // 128 bits are 21 digits of six bits and one of the last two bits, padded with four zero bits.
        return String(
            (0..<22).map { position in
                let end = 6 * (position + 1)  // bits that the digits so far cover
                let digit = end <= 128 ? self.bits(below: 128 - end) & 63 : (self.low << UInt64(end - 128)) & 63
                return alphabet[Int(digit)]
            }
        )
    }

    /// The number shifted right by `shift` bits, its low 64 bits.
    private func bits(below shift: Int) -> UInt64 {
        if shift >= 64 { return self.high >> UInt64(shift - 64) }
        if shift == 0 { return self.low }
        return self.low >> UInt64(shift) | self.high << UInt64(64 - shift)
    }

    /// The id that ``description`` prints; nil for anything else.
    package init?(_ text: String) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        guard text.utf8.count == 22 else { return nil }
        self = .zero
        for (position, character) in text.utf8.enumerated() {
            guard let digit = alphabet.firstIndex(of: character) else { return nil }
            let bits = position < 21 ? 6 : 2
            let value = UInt64(digit) >> UInt64(6 - bits)
            self.high = self.high << UInt64(bits) | self.low >> UInt64(64 - bits)
            self.low = self.low << UInt64(bits) | value
        }
    }
}
