// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What became of the batches. Versions 0–9.
package struct ProduceResponse: ResponseMessage {
    package static let apiKey = APIKey.produce

    /// The results by topic.
    package var responses: [TopicProduceResponse] = []
    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0

    package init() {}

    package init(from buffer: inout ByteBuffer, version: Int16) throws(WireError) {
        try self.init(decoding: &buffer, version: version)
    }

    package func encodeParts(
        into buffer: inout ByteBuffer,
        version: Int16
    ) throws(WireError) -> [ExternalRecords.Placement] {
        try self.encoded(into: &buffer, version: version)
    }

    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
        try visitor.visit(&self.responses)
        if visitor.version >= 1 { try visitor.visit(&self.throttleTimeMs) }
    }

    /// One topic's results.
    package struct TopicProduceResponse: WireStructure {
        /// The name.
        package var name: String = ""
        /// The results by partition.
        package var partitionResponses: [PartitionProduceResponse] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.partitionResponses)
        }
    }

    /// One partition's result.
    package struct PartitionProduceResponse: WireStructure {
        /// The partition.
        package var index: Int32 = 0
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// The offset of the first record appended; -1 where none was.
        package var baseOffset: Int64 = 0
        /// When the broker appended, in ms since 1970; -1 where records keep their own time.
        package var logAppendTimeMs: Int64 = -1
        /// The first offset of the log; -1 where it is not known.
        package var logStartOffset: Int64 = -1
        /// The records that made the batch fail.
        package var recordErrors: [BatchIndexAndErrorMessage] = []
        /// What went wrong, in words.
        package var errorMessage: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.index)
            try visitor.visit(&self.errorCode)
            try visitor.visit(&self.baseOffset)
            if visitor.version >= 2 { try visitor.visit(&self.logAppendTimeMs) }
            if visitor.version >= 5 { try visitor.visit(&self.logStartOffset) }
            if visitor.version >= 8 {
                try visitor.visit(&self.recordErrors)
                try visitor.visit(&self.errorMessage)
            }
        }
    }

    /// A record that was refused.
    package struct BatchIndexAndErrorMessage: WireStructure {
        /// The record, counted from 0 within the batch.
        package var batchIndex: Int32 = 0
        /// Why that record was refused.
        package var batchIndexErrorMessage: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.batchIndex)
            try visitor.visit(&self.batchIndexErrorMessage)
        }
    }
}
