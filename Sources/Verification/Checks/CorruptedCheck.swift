// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// No byte of a message changed on its way.
public struct CorruptedCheck: Check {
    /// The check.
    public init() {}

    public func findings(in ledger: Ledger) throws -> [Finding] {
        let logs = ledger.partitions.flatMap { ledger.log[$0] ?? [] }
        return (ledger.deliveries + logs).filter { $0.contents == .corrupted }.map { delivery in
            Finding(
                .corrupted,
                partition: delivery.partition,
                offset: delivery.offset,
                witnesses: [delivery.message].compactMap(\.self),
                time: delivery.time,
                because: "the bytes at offset \(delivery.offset) of partition \(delivery.partition) do not match their "
                    + "checksum"
            )
        }
    }
}
