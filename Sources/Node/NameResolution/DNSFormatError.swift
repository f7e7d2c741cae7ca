// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What makes bytes no DNS message, or a message impossible to write.
public struct DNSFormatError: Error, Hashable, CustomStringConvertible {
    /// What is wrong, in words.
    public var message: String

    /// An error with its reason.
    init(_ message: String) {
        self.message = message
    }

    public var description: String { "malformed DNS message: \(self.message)" }
}
