// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing
import ZooKeeperProtocol

@Suite struct RequestTests {
    static let requests: [Request] = [
        .create(CreateRequest(path: "/a", data: ByteBuffer(string: "x"), flags: .ephemeralSequential)),
        .create(
            CreateRequest(path: "/a", acl: [ACL(permissions: .read, scheme: "ip", id: "127.0.0.1")], withStat: true)
        ),
        .delete(path: "/a", version: 3), .exists(path: "/a", watch: true), .getData(path: "/a", watch: false),
        .setData(path: "/a", data: ByteBuffer(string: "data"), version: -1), .getACL(path: "/a"),
        .setACL(path: "/a", acl: ACL.open, version: 1), .getChildren(path: "/", watch: true, withStat: false),
        .getChildren(path: "/", watch: false, withStat: true), .sync(path: "/"), .ping, .check(path: "/a", version: 1),
        .multi([.check(path: "/a", version: 1), .setData(path: "/a", data: ByteBuffer(), version: 1)]),
        .multiRead([.getData(path: "/a", watch: false)]),
        .auth(scheme: "digest", credentials: ByteBuffer(string: "a:b")),
        .setWatches(
            {
                var watches = SetWatchesRequest(relativeZxid: Zxid(rawValue: 7))
                (watches.data, watches.exist, watches.children) = (["/a"], ["/b"], ["/c"])
                (watches.persistent, watches.persistentRecursive) = (["/d"], ["/e"])
                return watches
            }()
        ),
        .checkWatches(path: "/a", type: .any), .removeWatches(path: "/a", type: .children),
        .addWatch(path: "/a", mode: .persistentRecursive), .getEphemerals(prefix: "/"),
        .getAllChildrenNumber(path: "/"), .whoAmI, .closeSession,
    ]

    @Test(arguments: requests) func aRequestSurvivesTheWire(_ request: Request) {
        var buffer = ByteBuffer()
        request.write(to: &buffer)
        #expect(Request(request.kind, from: &buffer) == request)
        #expect(buffer.readableBytes == 0)
    }

    @Test(arguments: requests) func whatIsCutShortIsMalformedAndNeverTraps(_ request: Request) {
        var whole = ByteBuffer()
        request.write(to: &whole)
        for length in 0..<whole.readableBytes {
            var part = whole.getSlice(at: 0, length: length) ?? ByteBuffer()
            #expect(Request(request.kind, from: &part) == .malformed(request.kind), "\(length) bytes")
        }
    }

    @Test func lengthsAreNotBelieved() {
        for hostile: [UInt8] in [[0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xfe], [0x00, 0x10, 0x00, 0x00, 0x2f]] {
            var buffer = ByteBuffer(bytes: hostile)
            #expect(Request(.sync, from: &buffer) == .malformed(.sync))
            buffer = ByteBuffer(bytes: [UInt8](repeating: 0, count: 8) + hostile)
            #expect(Request(.setWatches, from: &buffer) == .malformed(.setWatches))
        }
        var nested = ByteBuffer(bytes: [0, 0, 0, 14, 0, 0xff, 0xff, 0xff, 0xff])
        #expect(Request(.multi, from: &nested) == .malformed(.multi))
        var unknown = ByteBuffer()
        #expect(Request(OpCode(rawValue: 19), from: &unknown) == .unknown(OpCode(rawValue: 19)))
    }

    @Test func aConnectRequestComesWithAndWithoutTheReadOnlyByte() throws {
        for hasByte in [true, false] {
            let request = ConnectRequest(
                lastZxidSeen: Zxid(rawValue: 5),
                timeoutMs: 6000,
                session: SessionID(rawValue: 9),
                password: ByteBuffer(repeating: 1, count: 16),
                hasReadOnlyByte: hasByte
            )
            var buffer = ByteBuffer()
            request.write(to: &buffer)
            #expect(buffer.readableBytes == (hasByte ? 45 : 44))
            #expect(try ConnectRequest(from: &buffer) == request)
        }
    }
}
