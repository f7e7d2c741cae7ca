// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import Verification

@Suite("Recovery after a kill")
struct RecoveryTests {
    private static let second: Int64 = 1_000_000_000

    /// A message a second to partition 0, acknowledged at once but for those of a silence, which wait for its end.
    private static func ledger(silent: ClosedRange<Int64>, end: Int64 = 60) -> Ledger {
        var edges: [Edge] = []
        for number in 0..<end {
            let id = MessageID(producer: 1, partition: 0, sequence: number)
            let due = number * self.second
            edges.append(Edge(.send, .invoke, client: 1, message: id, time: due, scheduled: due))
            let done = silent.contains(number) ? silent.upperBound * self.second : due + 1_000_000
            guard done < end * self.second else { continue }
            edges.append(Edge(.send, .complete, outcome: .ok, client: 1, message: id, time: done, offset: number))
        }
        return Ledger(History(edges: edges))
    }

    private static func waiting(_ pod: String, _ message: String, at seconds: Int64) -> ClusterEvent {
        let waiting: JSONValue = ["reason": "CrashLoopBackOff", "message": .string(message)]
        let status: JSONValue = ["containerStatuses": [["state": ["waiting": waiting]]]]
        let object: JSONValue = ["kind": "Pod", "metadata": ["name": .string(pod)], "status": status]
        return ClusterEvent(time: seconds * self.second, .object(type: "MODIFIED", object))
    }

    @Test("A silence counts from the kill to the next acknowledgement, with the back-off that the kubelet named")
    func silence() {
        let events = [
            ClusterEvent(time: 10 * Self.second, .killed(pod: "kafka-1")),
            Self.waiting("kafka-1", "back-off 1m20s restarting failed container=kafka pod=kafka-1", at: 11),
            Self.waiting("kafka-2", "back-off 5m0s restarting failed container=kafka pod=kafka-2", at: 11),
            ClusterEvent(time: 40 * Self.second, .killed(pod: "kafka-0")),
        ]
        let recovery = Recovery(Self.ledger(silent: 8...17), events, end: 60 * Self.second)
        #expect(recovery.kills.map(\.pod) == ["kafka-1", "kafka-0"])
        #expect(recovery.kills.map(\.backOff) == [.seconds(80), .zero])
        #expect(recovery.kills.map(\.silence) == [.seconds(7), .milliseconds(1)])
    }

    @Test("A partition that never acknowledges again is silent to the end")
    func forEver() {
        let events = [ClusterEvent(time: 10 * Self.second, .killed(pod: "kafka-1"))]
        let recovery = Recovery(Self.ledger(silent: 12...100), events, end: 60 * Self.second)
        #expect(recovery.kills.map(\.silence) == [.seconds(48)])
    }

    @Test("A kill survives the event log's file")
    func line() {
        let event = ClusterEvent(time: 7, .killed(pod: "zk-0"))
        #expect(ClusterEvent(json: event.json) == event)
    }
}
