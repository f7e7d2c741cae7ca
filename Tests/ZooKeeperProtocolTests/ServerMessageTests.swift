// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing
import ZooKeeperProtocol

/// Bytes as a real server sends them.
@Suite struct ServerMessageTests {
    @Test func messagesAreFramedAsZooKeeperFramesThem() {
        #expect(
            self.hex(.reply(Reply(xid: 1, zxid: Zxid(rawValue: 2), error: .noNode, body: .empty)))
                == "00000010" + "00000001" + "0000000000000002" + "ffffff9b"
        )
        #expect(
            self.hex(.reply(Reply(xid: 1, zxid: Zxid(rawValue: 2), body: .path("/a"))))
                == "00000016" + "00000001" + "0000000000000002" + "00000000" + "00000002" + "2f61"
        )
        #expect(
            self.hex(.event(WatchEvent(.dataChanged, "/a")))
                == "0000001e" + "ffffffff" + "ffffffffffffffff" + "00000000" + "00000003" + "00000003" + "00000002"
                + "2f61"
        )
        #expect(
            self.hex(.connected(.expired(hasReadOnlyByte: true)))
                == "00000025" + "00000000" + "00000000" + "0000000000000000" + "00000010"
                + String(repeating: "0", count: 32) + "00"
        )
    }

    @Test func aMultiListsItsResults() {
        let results: Response = .results([.done(.delete, .empty), .failed(.badVersion)])
        #expect(
            self.hex(.reply(Reply(xid: 3, zxid: .zero, body: results)))
                == "0000002f" + "00000003" + "0000000000000000" + "00000000" + "00000002" + "00" + "00000000"
                + "ffffffff" + "00" + "ffffff99" + "ffffff99" + "ffffffff" + "01" + "ffffffff"
        )
    }

    private func hex(_ message: ServerMessage) -> String {
        var buffer = ByteBuffer()
        message.write(to: &buffer)
        return buffer.readableBytesView.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0\(digits)" : digits
        }.joined()
    }
}
