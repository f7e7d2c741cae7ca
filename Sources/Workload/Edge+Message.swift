// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaClient
import Verification

extension Edge {
    /// The edge of a message that a reader found: which message it says it is, and whether it is whole.
    ///
    /// A message that names another partition than the one it is in is none that was sent there.
    init(
        _ operation: Operation,
        reading message: ConsumedMessage,
        run: RunID,
        client: UInt16,
        time: Int64,
        assignment: Int32
    ) {
        let nobody = MessageID(producer: 0, partition: message.partition, sequence: -1)
        let (id, contents): (MessageID, Contents) =
            switch Payload.read(message.value, run: run) {
            case .message(let id): id.partition == message.partition ? (id, .whole) : (nobody, .foreign)
            case .foreign: (nobody, .foreign)
            case .corrupted(let id): (id?.partition == message.partition ? id ?? nobody : nobody, .corrupted)
            }
        self.init(
            operation,
            .complete,
            outcome: .ok,
            contents: contents,
            client: client,
            message: id,
            time: time,
            offset: message.offset,
            assignment: assignment
        )
    }
}
