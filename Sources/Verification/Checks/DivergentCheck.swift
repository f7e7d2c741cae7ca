// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// All observers of an offset saw the same message there: acknowledgements, group members, and the log at the end.
public struct DivergentCheck: Check {
    private struct Place: Hashable {
        var partition: Int32
        var offset: Int64
    }

    /// The check.
    public init() {}

    public func findings(in ledger: Ledger) throws -> [Finding] {
        var seen: [Place: MessageID] = [:]
        for partition in ledger.partitions {
            for entry in ledger.log[partition] ?? [] where entry.contents == .whole {
                seen[Place(partition: partition, offset: entry.offset)] = entry.message
            }
        }
        var findings: [Finding] = []
        func observe(_ id: MessageID, at place: Place, time: Int64, who: String) {
            let other = seen[place]
            guard other != id else { return }
            // What is nowhere in the log is lost, and only that.
            let elsewhere = other == nil ? ledger.places[id] : nil
            guard other != nil || elsewhere != nil else {
                seen[place] = id
                return
            }
            let there = other.map { "holds \($0)" } ?? "holds nothing"
            let moved = elsewhere.map { ", which is at offset \($0)" } ?? ""
            findings.append(
                Finding(
                    .divergent,
                    partition: place.partition,
                    offset: place.offset,
                    witnesses: [other, id].compactMap(\.self),
                    time: time,
                    because: "offset \(place.offset) of partition \(place.partition) \(there), but \(who) "
                        + "it for \(id)\(moved)"
                )
            )
        }
        for delivery in ledger.deliveries where delivery.contents == .whole {
            guard let id = delivery.message else { continue }
            let place = Place(partition: delivery.partition, offset: delivery.offset)
            observe(id, at: place, time: delivery.time, who: "member \(delivery.client) was handed")
        }
        for id in ledger.sentIDs {
            guard let send = ledger.sends[id], send.outcome == .ok, send.offset >= 0 else { continue }
            let place = Place(partition: id.partition, offset: send.offset)
            observe(id, at: place, time: send.completed ?? send.invoked, who: "the acknowledgement named")
        }
        return findings
    }
}
