// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka

/// What became of a produced message.
public struct DeliveryReport: Hashable, Sendable {
    /// Whether the message is in the log, as far as the client can know.
    public enum Status: Int8, Hashable, Sendable {
        /// It certainly is not and will not be.
        case notPersisted = 0
        /// It may be, now or later.
        case possiblyPersisted = 1
        /// It is, to the degree that `acks` asked for.
        case persisted = 2
    }

    /// The number that the sender gave the message.
    public var tag: UInt64
    /// Its partition.
    public var partition: Int32
    /// Its offset, or nil where the broker did not tell.
    public var offset: Int64?
    /// What became of it.
    public var status: Status
    /// Why it failed; `none` when it did not.
    public var error: KafkaError.Code
    /// The broker that answered, or nil.
    public var broker: Int32?

    init(_ message: UnsafePointer<rd_kafka_message_t>) {
        self.tag = UInt64(UInt(bitPattern: message.pointee._private))
        self.partition = message.pointee.partition
        self.offset = message.pointee.offset < 0 ? nil : message.pointee.offset
        self.error = KafkaError.Code(rawValue: message.pointee.err.rawValue)
        self.status =
            switch rd_kafka_message_status(message) {
            case RD_KAFKA_MSG_STATUS_PERSISTED: .persisted
            case RD_KAFKA_MSG_STATUS_NOT_PERSISTED: .notPersisted
            case _: .possiblyPersisted
            }
        let broker = rd_kafka_message_broker_id(message)
        self.broker = broker < 0 ? nil : broker
    }
}
