// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Messages stand in the log, and reach each reader, in the order in which they were sent.
///
/// Three rules: the sequences of one producer ascend with the offset; a message that was acknowledged before another was
/// sent stands before it, whoever sent them (real-time order); within one assignment offsets only ascend.
public struct ReorderedCheck: Check {
    /// The check.
    public init() {}

    public func findings(in ledger: Ledger) throws -> [Finding] {
        var findings: [Finding] = []
        for partition in ledger.partitions {
            findings += try self.producerOrder(partition, ledger)
        }
        return findings + self.realTimeOrder(ledger) + self.assignmentOrder(ledger)
    }

    private func producerOrder(_ partition: Int32, _ ledger: Ledger) throws -> [Finding] {
        var findings: [Finding] = []
        var last: [UInt32: (id: MessageID, offset: Int64)] = [:]
        var seen: Set<MessageID> = []
        for entry in try ledger.completeLog(of: partition) where entry.contents == .whole {
            // A second copy is a duplicate, and only that.
            guard let id = entry.message, seen.insert(id).inserted else { continue }
            if let before = last[id.producer], before.id.sequence > id.sequence {
                findings.append(
                    Finding(
                        .reordered,
                        partition: partition,
                        offset: entry.offset,
                        witnesses: [before.id, id],
                        time: ledger.sends[id]?.completed ?? entry.time,
                        because: "\(id) is at offset \(entry.offset), behind the later sequence "
                            + "\(before.id.sequence) at offset \(before.offset)"
                    )
                )
            } else {
                last[id.producer] = (id, entry.offset)
            }
        }
        return findings
    }

    private func realTimeOrder(_ ledger: Ledger) -> [Finding] {
        enum Moment { case invoked, completed }
        var moments: [(time: Int64, moment: Moment, id: MessageID)] = []
        for id in ledger.sentIDs {
            guard let send = ledger.sends[id], send.outcome == .ok, send.offset >= 0, let completed = send.completed
            else { continue }
            moments.append((send.invoked, .invoked, id))
            moments.append((completed, .completed, id))
        }
        moments.sort {
            ($0.time, $0.moment == .invoked ? 0 : 1, $0.id) < ($1.time, $1.moment == .invoked ? 0 : 1, $1.id)
        }
        var highest: [Int32: (offset: Int64, id: MessageID)] = [:]
        var floors: [MessageID: (offset: Int64, id: MessageID)] = [:]
        var findings: [Finding] = []
        for (time, moment, id) in moments {
            guard let offset = ledger.sends[id]?.offset else { continue }
            switch moment {
            case .invoked:
                floors[id] = highest[id.partition]
            case .completed:
                if let floor = floors.removeValue(forKey: id), offset < floor.offset {
                    findings.append(
                        Finding(
                            .reordered,
                            partition: id.partition,
                            offset: offset,
                            witnesses: [floor.id, id],
                            time: time,
                            because: "\(id) was sent after \(floor.id) had been acknowledged at offset "
                                + "\(floor.offset), and got the lower offset \(offset)"
                        )
                    )
                }
                if highest[id.partition].map({ $0.offset < offset }) ?? true { highest[id.partition] = (offset, id) }
            }
        }
        return findings
    }

    private func assignmentOrder(_ ledger: Ledger) -> [Finding] {
        struct Assignment: Hashable {
            var client: UInt16
            var assignment: Int32
            var partition: Int32
        }
        var last: [Assignment: Ledger.Delivery] = [:]
        var findings: [Finding] = []
        for delivery in ledger.deliveries {
            let assignment = Assignment(
                client: delivery.client,
                assignment: delivery.assignment,
                partition: delivery.partition
            )
            if let before = last[assignment], before.offset >= delivery.offset {
                findings.append(
                    Finding(
                        .reordered,
                        partition: delivery.partition,
                        offset: delivery.offset,
                        witnesses: [before.message, delivery.message].compactMap(\.self),
                        time: delivery.time,
                        because: "member \(delivery.client) was handed offset \(delivery.offset) of partition "
                            + "\(delivery.partition) after offset \(before.offset), in one assignment"
                    )
                )
            }
            last[assignment] = delivery
        }
        return findings
    }
}
