// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import ZooKeeperProtocol

extension Member.Recovered {
    /// What a disk's bytes say.
    /// - Throws: `JuteError` where they are no state or no transactions.
    package init(
        snapshot: [ByteBuffer]?,
        log: [(zxid: Zxid, payload: ByteBuffer)],
        committed: Zxid,
        epoch: Epoch,
        candidate: UInt8,
        isComplete: Bool
    ) throws(JuteError) {
        self.init()
        if let snapshot { self.tree = try DataTree(chunks: snapshot) }
        for (zxid, var payload) in log {
            self.entries.append(try LogEntry(zxid: zxid, payload: &payload))
        }
        self.committed = committed
        self.epoch = epoch
        self.candidate = candidate == 0 ? nil : MemberID(rawValue: candidate)
        self.isComplete = isComplete
    }
}

extension LogEntry {
    /// The entry's bytes without its zxid.
    package var payload: ByteBuffer {
        var buffer = ByteBuffer()
        self.writePayload(to: &buffer)
        return buffer
    }
}
