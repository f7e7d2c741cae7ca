// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What became of each group. Versions 0–2.
package struct DeleteGroupsResponse: ResponseMessage {
    package static let apiKey = APIKey.deleteGroups

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The results.
    package var results: [DeletableGroupResult] = []

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
        try visitor.visit(&self.results)
    }

    /// One group's result.
    package struct DeletableGroupResult: WireStructure {
        /// The group.
        package var groupId: String = ""
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.groupId)
            try visitor.visit(&self.errorCode)
        }
    }
}
