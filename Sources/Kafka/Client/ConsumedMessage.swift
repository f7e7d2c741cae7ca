// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka

/// A message as it was read; valid only during the call that hands it over. Copy what must outlive it.
public struct ConsumedMessage {
    let pointer: UnsafePointer<rd_kafka_message_t>

    /// The topic's name.
    public var topic: String { self.pointer.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? "" }
    /// The partition.
    public var partition: Int32 { self.pointer.pointee.partition }
    /// The offset.
    public var offset: Int64 { self.pointer.pointee.offset }
    /// The key's bytes; without an address when there is no key.
    public var key: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: self.pointer.pointee.key, count: self.pointer.pointee.key_len)
    }
    /// The value's bytes; without an address when there is no value.
    public var value: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: self.pointer.pointee.payload, count: self.pointer.pointee.len)
    }
    /// The message's timestamp in milliseconds since 1970, or nil.
    public var timestampMs: Int64? {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let time = rd_kafka_message_timestamp(self.pointer, &kind)
        return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : time
    }
}
