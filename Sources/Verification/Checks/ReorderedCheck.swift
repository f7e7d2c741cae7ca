// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Messages stand in the log, and reach each reader, in the order in which they were sent.
///
/// Three rules: the sequences of one producer ascend with the offset; a message that was acknowledged or read before
/// another was sent stands before it, whoever sent them (real-time order); within one assignment offsets only ascend.
public struct ReorderedCheck: Check {
    /// The check.
    public init() {}

    public func findings(in ledger: Ledger) throws -> [Finding] {
        var findings: [Finding] = []
        for partition in ledger.partitions {
            findings += try self.producerOrder(partition, ledger)
        }
        return findings + RealTimeOrder(ledger).findings + self.assignmentOrder(ledger)
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

    private func assignmentOrder(_ ledger: Ledger) -> [Finding] {
        var last: [Ledger.Assignment: Ledger.Delivery] = [:]
        var findings: [Finding] = []
        for delivery in ledger.deliveries {
            if let before = last.updateValue(delivery, forKey: delivery.session), before.offset >= delivery.offset {
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
        }
        return findings
    }
}
