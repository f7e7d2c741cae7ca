// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Each message is at one offset at most.
public struct DuplicateCheck: Check {
    /// The check.
    public init() {}

    public func findings(in ledger: Ledger) throws -> [Finding] {
        var findings: [Finding] = []
        for partition in ledger.partitions {
            var first: [MessageID: Int64] = [:]
            for entry in try ledger.completeLog(of: partition) where entry.contents == .whole {
                guard let id = entry.message else { continue }
                guard let earlier = first[id] else {
                    first[id] = entry.offset
                    continue
                }
                findings.append(
                    Finding(
                        .duplicate,
                        partition: partition,
                        offset: entry.offset,
                        witnesses: [id],
                        time: ledger.sends[id]?.completed ?? entry.time,
                        because: "\(id) is at offset \(earlier) and again at offset \(entry.offset)"
                    )
                )
            }
        }
        return findings
    }
}
