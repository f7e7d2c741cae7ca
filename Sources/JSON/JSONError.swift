// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no JSON value. The texts are those of Go's encoding/json, since API servers pass them on.
public struct JSONError: Error, Hashable, CustomStringConvertible {
    /// What is wrong, such as `invalid character 'b' looking for beginning of object key string`.
    public var message: String
    /// Where: the offset of the byte that could not be read.
    public var offset: Int

    /// An error at an offset.
    public init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    public var description: String { "\(self.message) (at byte \(self.offset))" }
}
