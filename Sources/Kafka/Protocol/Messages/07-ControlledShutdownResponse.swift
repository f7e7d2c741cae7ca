// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What the broker still leads. Versions 3.
package struct ControlledShutdownResponse: ResponseMessage {
    package static let apiKey = APIKey.controlledShutdown

    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none
    /// The partitions that the broker still leads.
    package var remainingPartitions: [RemainingPartition] = []

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
        try visitor.visit(&self.errorCode)
        try visitor.visit(&self.remainingPartitions)
    }

    /// A partition that the broker still leads.
    package struct RemainingPartition: WireStructure {
        /// The topic.
        package var topicName: String = ""
        /// The partition.
        package var partitionIndex: Int32 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.topicName)
            try visitor.visit(&self.partitionIndex)
        }
    }
}
