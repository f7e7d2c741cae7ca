// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks for an id for an idempotent producer. Versions 0–4.
package struct InitProducerIdRequest: RequestMessage {
    package typealias Response = InitProducerIdResponse

    package static let apiKey = APIKey.initProducerId

    /// The transactional id; nil for a producer without transactions.
    package var transactionalId: String? = nil
    /// How long a transaction may be open, in ms.
    package var transactionTimeoutMs: Int32 = 0
    /// The producer's id.
    package var producerId: Int64 = -1
    /// The producer's epoch.
    package var producerEpoch: Int16 = -1

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
        try visitor.visit(&self.transactionalId)
        try visitor.visit(&self.transactionTimeoutMs)
        if visitor.version >= 3 {
            try visitor.visit(&self.producerId)
            try visitor.visit(&self.producerEpoch)
        }
    }
}
