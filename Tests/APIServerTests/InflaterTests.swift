// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import Testing

/// Streams that zlib wrote, against what they are to unpack to.
@Suite struct InflaterTests {
    private static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { offset in
            let start = hex.index(hex.startIndex, offsetBy: offset)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)
        }
    }

    private static let first = "78f9e3c6a7c2422e44ac1410765b2b20529e0222d901000000ffff"
    private static let second = "4acccc284d2a494b2b492acdc84c4c4fc92fcc2acc4f491f151e20e1d150185cc200000000ffff"

    @Test("pieces of one stream whose window begins with SPDY's dictionary")
    func dictionary() throws {
        var inflater = Inflater(dictionary: SPDYDictionary.bytes)
        let one = try inflater.inflate(Self.bytes(Self.first), bytesMax: 1_000)
        #expect(String(decoding: one, as: UTF8.self) == "content-type: text/plain; set-cookie keep-alive")
        var letters = [UInt8]()
        for index in 0..<400 { letters.append(UInt8(97 + (index * index * 7 + index) % 23)) }
        let two = try inflater.inflate(Self.bytes(Self.second), bytesMax: 1_000)
        #expect(two == letters + letters)
    }

    @Test("a block with codes of its own")
    func dynamic() throws {
        var (state, text) = (7, "")
        for _ in 0..<1_200 {
            state = (state * 1_103_515_245 + 12_345) % (1 << 31)
            text.append(Array("abcdefghij")[min(9, (state >> 16) % 37 / 3)])
        }
        var inflater = Inflater(dictionary: [])
        let unpacked = try inflater.inflate(Self.bytes(Self.dynamicBlock), bytesMax: 2_000)
        #expect(String(decoding: unpacked, as: UTF8.self) == text)
    }

    @Test("damage and too much are refused, wherever it is")
    func damaged() throws {
        var inflater = Inflater(dictionary: [])
        #expect(throws: Inflater.Malformed.self) { try inflater.inflate(Self.bytes(Self.dynamicBlock), bytesMax: 100) }
        let whole = Self.bytes(Self.dynamicBlock)
        for index in stride(from: 0, to: whole.count, by: 11) {
            for flip in [UInt8(1), 0xff] {
                var bytes = whole
                bytes[index] ^= flip
                var inflater = Inflater(dictionary: [])
                // Either outcome is fine as long as it is one: the format has no checksum behind a flush.
                let outcome = Result { try inflater.inflate(bytes, bytesMax: 4_000) }
                if case .success(let unpacked) = outcome { #expect(unpacked.count <= 4_000) }
            }
        }
    }

    private static let dynamicBlock = """
        78da249409a203310842cfea6ebcff01fa98fe759a1a44c09eddc5f7637399af72f73cd7d36feadd95f7f1d7a6faac2c6fdd\
        e728aafcae2d755191fd40f2aca29a8208c0a8b818aea8835e2e17f3f9b9ee7b5787655c8d155769bf299c30a7e3807c234c\
        afcbab80d3bdea1d4e336ac66093907af66669d036c989dd83f7d9cd4286460bfc805d22247ea569633cde817afbf6727886\
        f4a94463e5e821d497cae7e66ed140ec5da352a38b670becd1c9d0c29ec363d3b7ad9c196d9a6fc9548e0c52735fa6e0a9bb\
        4b78f12fa4f3cddb6d9e193e3436022c6432ad188961e3a6f1c6669ea1689d7ab60a60b437de29bdd0071b417ecd9c33b0d1\
        a1ed16338e312c769e9fe53e41949c04f7fde56e1d6dbd48838a7843d57726100b815af2320cf5aef7b7a02b21f86a469b0c\
        6ff3eaf75c8361184a853ba36d4014e294b56e3ca5c0512474fb71d476021ef3d5cb1cfb37cdf1093bb42589ce45d4200ba7\
        9228b2869841b24cf4af9d108468ae828002d27b353f30fdc4000d4c030f31f41ec93269113d44556aa48f7f54197c14a3a6\
        a5049563b4cbfe4c7c003df87e017ad11160c941794ab08231ec61456048d497597c439a2f63ec12e4bd107815580a066bd8\
        28f59955a192638254903d827c097f1142433cbc2a507296fd2d4831e1fde94d68db9eb684439dd31228735984f3e0650df2\
        02e3bcfd2579fa234fb20831629213242cc5d7d599368c0b02723061d4e22001231059dfd28761161cc820046402ddd35d9f\
        2aca7f9b96efc2dfe78d7f32e3019f1cb5b817fa658bbe5469e1488728fe000000ffff
        """
}
