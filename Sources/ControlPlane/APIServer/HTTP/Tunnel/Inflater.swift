// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Unpacks one zlib stream (RFC 1950, 1951) that comes in pieces, each flushed at its end, as SPDY's header blocks are.
package struct Inflater {
    /// Bytes that are no such stream, or unpack to too much.
    package struct Malformed: Error, Hashable, CustomStringConvertible {
        package var description: String
    }

    private static let windowBytes = 32 << 10

    private let dictionary: [UInt8]
    private var window: [UInt8] = []
    private var hasBegun = false

    /// - Parameter dictionary: what the window begins with, when the stream says that it does.
    package init(dictionary: [UInt8]) {
        self.dictionary = dictionary
    }

    /// What a piece unpacks to.
    /// - Parameter bytesMax: more than this is refused.
    package mutating func inflate(_ piece: [UInt8], bytesMax: Int) throws(Malformed) -> [UInt8] {
        var input = BitReader(bytes: piece)
        if !self.hasBegun { try self.begin(&input) }
        let start = self.window.count
        while !input.isAtEnd {
            _ = try input.bits(1)  // whether the block is the last: the pieces say that here
            switch try input.bits(2) {
            case 0: try self.stored(&input)
            case 1: try self.compressed(&input, .fixedLiterals, .fixedDistances, bytesMax: start + bytesMax)
            case 2:
                let (literals, distances) = try Self.dynamicCodes(&input)
                try self.compressed(&input, literals, distances, bytesMax: start + bytesMax)
            case _: throw Malformed(description: "a block of no known kind")
            }
            guard self.window.count - start <= bytesMax else { throw Malformed(description: "unpacks to too much") }
        }
        let output = Array(self.window[start...])
        if self.window.count > Self.windowBytes { self.window.removeFirst(self.window.count - Self.windowBytes) }
        return output
    }

    private mutating func begin(_ input: inout BitReader) throws(Malformed) {
        let (method, flags) = (try input.bits(8), try input.bits(8))
        guard method & 15 == 8, (method << 8 | flags) % 31 == 0 else { throw Malformed(description: "no zlib stream") }
        if flags & 0x20 != 0 {
            for _ in 0..<4 { _ = try input.bits(8) }  // the dictionary's checksum: there is only one
            self.window = self.dictionary
        }
        self.hasBegun = true
    }

    private mutating func stored(_ input: inout BitReader) throws(Malformed) {
        input.align()
        let (count, inverse) = (try input.bits(16), try input.bits(16))
        guard count == ~inverse & 0xffff else { throw Malformed(description: "a stored block's length is damaged") }
        for _ in 0..<count { self.window.append(UInt8(try input.bits(8))) }
    }

    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]

    private mutating func compressed(
        _ input: inout BitReader,
        _ literals: PrefixCode,
        _ distances: PrefixCode,
        bytesMax: Int
    ) throws(Malformed) {
        while self.window.count <= bytesMax {
            let symbol = try literals.symbol(&input)
            if symbol < 256 {
                self.window.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            guard symbol - 257 < Self.lengthBases.count else { throw Malformed(description: "no such length") }
            let length = Self.lengthBases[symbol - 257] + (try input.bits(Self.lengthBits[symbol - 257]))
            let code = try distances.symbol(&input)
            guard code < Self.distanceBases.count else { throw Malformed(description: "no such distance") }
            let distance = Self.distanceBases[code] + (try input.bits(code < 4 ? 0 : code / 2 - 1))
            guard distance <= self.window.count else { throw Malformed(description: "a distance before the start") }
            for _ in 0..<length { self.window.append(self.window[self.window.count - distance]) }
        }
    }

    private static let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    private static func dynamicCodes(_ input: inout BitReader) throws(Malformed) -> (PrefixCode, PrefixCode) {
        let (literals, distances) = (try input.bits(5) + 257, try input.bits(5) + 1)
        var lengths = [Int](repeating: 0, count: 19)
        for index in 0..<(try input.bits(4) + 4) { lengths[Self.codeLengthOrder[index]] = try input.bits(3) }
        let code = PrefixCode(lengths: lengths)
        var all: [Int] = []
        while all.count < literals + distances {
            switch try code.symbol(&input) {
            case 16:
                guard let last = all.last else { throw Malformed(description: "repeats a length before the first") }
                all += Array(repeating: last, count: try input.bits(2) + 3)
            case 17: all += Array(repeating: 0, count: try input.bits(3) + 3)
            case 18: all += Array(repeating: 0, count: try input.bits(7) + 11)
            case let length: all.append(length)
            }
        }
        guard all.count == literals + distances else { throw Malformed(description: "too many code lengths") }
        return (PrefixCode(lengths: Array(all[..<literals])), PrefixCode(lengths: Array(all[literals...])))
    }
}

/// Reads bits, the lowest of each byte first.
private struct BitReader {
    private let bytes: [UInt8]
    private var position = 0  // in bits

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether no whole block can follow: pieces end on a byte.
    var isAtEnd: Bool { (self.position + 7) / 8 >= self.bytes.count }

    mutating func align() { self.position = (self.position + 7) / 8 * 8 }

    mutating func bits(_ count: Int) throws(Inflater.Malformed) -> Int {
        guard self.position + count <= self.bytes.count * 8 else {
            throw Inflater.Malformed(description: "the piece ends within a block")
        }
        var value = 0
        for index in 0..<count {
            let place = self.position + index
            value |= Int(self.bytes[place / 8] >> UInt8(place % 8) & 1) << index
        }
        self.position += count
        return value
    }
}

/// A Huffman code in its canonical form.
private struct PrefixCode {
    private static let bitsMax = 15

    private var counts = [Int](repeating: 0, count: PrefixCode.bitsMax + 1)
    private var symbols: [Int] = []

    static let fixedLiterals = PrefixCode(
        lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
    )
    static let fixedDistances = PrefixCode(lengths: Array(repeating: 5, count: 30))

    init(lengths: [Int]) {
        for length in lengths { self.counts[length] += 1 }
        self.counts[0] = 0
        for length in 1...Self.bitsMax {
            self.symbols += lengths.indices.filter { lengths[$0] == length }
        }
    }

    /// The next symbol: codes of a length are consecutive numbers, after those of shorter ones.
    func symbol(_ input: inout BitReader) throws(Inflater.Malformed) -> Int {
        var (code, first, index) = (0, 0, 0)
        for length in 1...Self.bitsMax {
            code |= try input.bits(1)
            let count = self.counts[length]
            // Lengths that claim more codes than there are lead before the first.
            guard code >= first else { break }
            if code - first < count { return self.symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        throw Inflater.Malformed(description: "no such code")
    }
}
