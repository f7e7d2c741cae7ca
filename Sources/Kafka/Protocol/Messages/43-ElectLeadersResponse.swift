// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What became of each partition. Versions 0–2.
package struct ElectLeadersResponse: ResponseMessage {
    package static let apiKey = APIKey.electLeaders

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none
    /// The results by topic.
    package var replicaElectionResults: [ReplicaElectionResult] = []

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
        try visitor.visit(&self.throttleTimeMs)
        if visitor.version >= 1 { try visitor.visit(&self.errorCode) }
        try visitor.visit(&self.replicaElectionResults)
    }

    /// One topic's results.
    package struct ReplicaElectionResult: WireStructure {
        /// The topic.
        package var topic: String = ""
        /// The results by partition.
        package var partitionResult: [PartitionResult] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.topic)
            try visitor.visit(&self.partitionResult)
        }
    }

    /// One partition's result.
    package struct PartitionResult: WireStructure {
        /// The partition.
        package var partitionId: Int32 = 0
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// What went wrong, in words.
        package var errorMessage: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionId)
            try visitor.visit(&self.errorCode)
            try visitor.visit(&self.errorMessage)
        }
    }
}
