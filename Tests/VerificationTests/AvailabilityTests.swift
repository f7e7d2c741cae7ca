// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Testing
import Verification

@Suite("Availability by the load itself")
struct AvailabilityTests {
    /// Sends one message every 10 ms to partition 0; each is acknowledged after the delay in ms, or never.
    private static func ledger(_ delays: [Int64?]) -> Ledger {
        var edges: [Edge] = []
        for (index, delay) in delays.enumerated() {
            let id = MessageID(producer: 1, partition: 0, sequence: Int64(index))
            let due = Int64(index) * 10_000_000
            edges.append(Edge(.send, .invoke, client: 1, message: id, time: due, scheduled: due))
            guard let delay else { continue }
            let time = due + delay * 1_000_000
            edges.append(Edge(.send, .complete, outcome: .ok, client: 1, message: id, time: time, offset: Int64(index)))
        }
        return Ledger(History(edges: edges))
    }

    @Test("A run of late messages is a window from the first of them to the next good one")
    func windows() {
        let delays: [Int64?] = [1, 1, 900, 800, nil, 1, 1, 1, 1, 1]
        let availability = Availability(Self.ledger(delays), span: 0...100_000_000)
        #expect(availability.windows.map(\.messages) == [3])
        #expect(availability.longestWindow == .milliseconds(30))
        #expect(availability.overall == 0.7)
        #expect(availability.resolution == .milliseconds(10))
    }

    @Test("A window that nothing ends goes to the end of the span")
    func openWindow() {
        let availability = Availability(Self.ledger([1, nil, nil]), span: 0...100_000_000)
        #expect(availability.longestWindow == .milliseconds(90))
    }

    @Test(
        "What a client of the whole topic meets is the union of the windows, what nobody gets by is their intersection"
    )
    func unionAndIntersection() {
        var edges: [Edge] = []
        // Of ten messages 10 ms apart, partition 0 misses 2…5 and partition 1 misses 4…7 and 9.
        for (partition, missed) in [(Int32(0), Set(2...5)), (1, Set(4...7).union([9]))] {
            for step in 0..<10 {
                let id = MessageID(producer: 1, partition: partition, sequence: Int64(step))
                let due = Int64(step) * 10_000_000
                edges.append(Edge(.send, .invoke, client: 1, message: id, time: due, scheduled: due))
                guard !missed.contains(step) else { continue }
                edges.append(Edge(.send, .complete, outcome: .ok, client: 1, message: id, time: due, offset: 0))
            }
        }
        let availability = Availability(Ledger(History(edges: edges)), span: 0...100_000_000)
        #expect(availability.anyDown == .milliseconds(70))
        #expect(availability.allDown == .milliseconds(20))
        #expect(availability.blips == 1)
    }

    @Test("Without a probe nothing is available")
    func noProbes() {
        #expect(Availability(Self.ledger([]), span: 0...1000).overall == 0)
    }

    @Test("A gap between acknowledgements counts only while something waits for one")
    func gaps() {
        // All are acknowledged at 1 ms but the fourth, which takes 25: the gap runs from when it was sent.
        let availability = Availability(Self.ledger([1, 1, 1, 25]), span: 0...100_000_000)
        #expect(availability.longestAcknowledgementGap == .milliseconds(25))
    }

    @Test("Quantiles count what never came as infinitely late, and need enough values")
    func quantiles() {
        var latencies = Latencies()
        for _ in 0..<1000 { latencies.record(.milliseconds(5)) }
        #expect(latencies.quantile(0.99).map { abs($0.seconds - 0.005) < 0.0001 } == true)
        #expect(latencies.quantile(0.999) == nil)
        for _ in 0..<20 { latencies.recordMissing() }
        #expect(latencies.quantile(0.99) == nil)
        #expect(latencies.quantile(0.5) != nil)
    }
}
