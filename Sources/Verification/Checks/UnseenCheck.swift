// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Every acknowledged message of the log was handed to the group, if there is one, at least once.
public struct UnseenCheck: Check {
    /// The check.
    public init() {}

    public func findings(in ledger: Ledger) throws -> [Finding] {
        guard ledger.hasGroup else { return [] }
        let delivered = Set(ledger.deliveries.compactMap(\.message))
        var findings: [Finding] = []
        for partition in ledger.partitions {
            for entry in try ledger.completeLog(of: partition) where entry.contents == .whole {
                guard let id = entry.message, ledger.acknowledged.contains(id), !delivered.contains(id) else {
                    continue
                }
                findings.append(
                    Finding(
                        .unseen,
                        partition: partition,
                        offset: entry.offset,
                        witnesses: [id],
                        time: ledger.sends[id]?.completed ?? entry.time,
                        because: "\(id) is at offset \(entry.offset) and no member of the group was handed it"
                    )
                )
            }
        }
        return findings
    }
}
