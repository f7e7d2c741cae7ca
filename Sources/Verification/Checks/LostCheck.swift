// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Every acknowledged message is in the log; ``DivergentCheck`` says whether it is at the offset that was acknowledged.
public struct LostCheck: Check {
    /// The check.
    public init() {}

    public func findings(in ledger: Ledger) throws -> [Finding] {
        for partition in ledger.partitions { _ = try ledger.completeLog(of: partition) }
        return ledger.sentIDs.compactMap { id in
            guard ledger.acknowledged.contains(id), let send = ledger.sends[id], ledger.places[id] == nil else {
                return nil
            }
            let place = send.offset >= 0 ? " at offset \(send.offset)" : ""
            let proof =
                send.outcome == .ok ? "was acknowledged\(place)" : "was read after a send of unknown outcome"
            return Finding(
                .lost,
                partition: id.partition,
                offset: send.offset >= 0 ? send.offset : nil,
                witnesses: [id],
                time: send.completed ?? send.invoked,
                because: "\(id) \(proof), and the log ends at \(ledger.logEnds[id.partition] ?? -1) without it"
            )
        }
    }
}
