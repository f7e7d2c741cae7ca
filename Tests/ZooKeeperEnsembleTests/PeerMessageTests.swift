// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing
import ZooKeeperEnsemble
import ZooKeeperProtocol

@Suite struct PeerMessageTests {
    private static let epoch = Epoch(rawValue: 7)
    private static let zxid = Zxid(epoch: epoch, counter: 9)
    private static let request = RequestID(member: MemberID(rawValue: 2), number: 5)

    static let messages: [PeerMessage] = [
        .preVote(epoch: epoch, last: zxid), .preVoteReply(epoch: epoch, isGranted: true),
        .requestVote(epoch: epoch, last: zxid), .voteReply(epoch: epoch, isGranted: false), .newLeader(epoch: epoch),
        .stale(epoch: epoch), .followerInfo(epoch: epoch, last: zxid), .truncate(epoch: epoch, after: zxid),
        .resume(epoch: epoch, barrier: zxid),
        .append(
            epoch: epoch,
            previous: zxid,
            entries: [
                .openEpoch, .openSession(timeoutMs: 4000, password: ByteBuffer(string: "p")), .closeSession,
                .create(path: "/a", data: ByteBuffer(string: "x"), acl: ACL.open, isEphemeral: true, withStat: false),
                .delete(path: "/a"), .setData(path: "/a", data: ByteBuffer()), .setACL(path: "/a", acl: ACL.open),
                .multi([.check(path: "/a"), .delete(path: "/a")]),
            ].map {
                LogEntry(zxid: zxid, timeMs: 1, session: SessionID(rawValue: 3), request: request, transaction: $0)
            }
        ),
        .acknowledge(epoch: epoch, zxid), .commit(epoch: epoch, zxid), .heartbeat(epoch: epoch, round: 3),
        .heartbeatReply(epoch: epoch, round: 3, touched: [SessionID(rawValue: 1)]), .takeOver(epoch: epoch),
        .forward(
            WriteRequest(
                id: request,
                session: SessionID(rawValue: 3),
                operation: .client(.delete(path: "/a", version: 1))
            )
        ),
        .forward(
            WriteRequest(
                id: request,
                session: SessionID(rawValue: 3),
                operation: .openSession(timeoutMs: 1, password: ByteBuffer(string: "p"))
            )
        ),
        .refused(number: 4, Refusal(.badVersion, operations: [.ok, .badVersion]), after: zxid),
        .revalidate(number: 4, session: SessionID(rawValue: 3), password: ByteBuffer(string: "p")),
        .revalidated(number: 4, timeoutMs: 6000, after: zxid), .sync(number: 4), .synced(number: 4, after: zxid),
        .sessionMoved(SessionID(rawValue: 3)),
    ]

    @Test(arguments: messages) func aMessageSurvivesTheWireAndNeverTrapsWhenCut(_ message: PeerMessage) throws {
        var buffer = ByteBuffer()
        message.write(to: &buffer)
        for length in 0..<buffer.readableBytes {
            var part = buffer.getSlice(at: 0, length: length) ?? ByteBuffer()
            #expect(throws: JuteError.self) { try PeerMessage(from: &part) }
        }
        #expect(try PeerMessage(from: &buffer) == message)
        #expect(buffer.readableBytes == 0)
    }
}
