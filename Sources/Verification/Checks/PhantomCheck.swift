// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Nothing is read that nobody sent, that was not sent yet, or whose sending had definitely failed.
public struct PhantomCheck: Check {
    /// The check.
    public init() {}

    public func findings(in ledger: Ledger) throws -> [Finding] {
        var findings: [Finding] = []
        var named: Set<MessageID> = []
        let logs = ledger.partitions.flatMap { ledger.log[$0] ?? [] }
        for delivery in ledger.deliveries + logs where delivery.contents != .corrupted {
            guard delivery.contents == .whole, let id = delivery.message else {
                findings.append(self.finding(delivery, [], "holds no message of this run"))
                continue
            }
            guard let reason = self.reason(id, delivery, ledger), named.insert(id).inserted else { continue }
            findings.append(self.finding(delivery, [id], "holds \(id), \(reason)"))
        }
        return findings
    }

    private func reason(_ id: MessageID, _ delivery: Ledger.Delivery, _ ledger: Ledger) -> String? {
        guard let send = ledger.sends[id] else { return "which nobody sent" }
        if id.partition != delivery.partition { return "which was sent to another partition" }
        if send.invoked > delivery.time { return "which had not been sent yet" }
        if send.outcome == .fail { return "whose sending had definitely failed (error \(send.errorCode))" }
        return nil
    }

    private func finding(_ delivery: Ledger.Delivery, _ ids: [MessageID], _ what: String) -> Finding {
        Finding(
            .phantom,
            partition: delivery.partition,
            offset: delivery.offset,
            witnesses: ids,
            time: delivery.time,
            because: "offset \(delivery.offset) of partition \(delivery.partition) \(what)"
        )
    }
}
