// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Why a trial could not be carried out: what was tried, on what, what came back.
public struct TrialError: Error, Hashable, CustomStringConvertible {
    /// One sentence with the object, what was expected and what was found.
    public var message: String

    /// An error of a trial.
    public init(_ message: String) {
        self.message = message
    }

    public var description: String { self.message }
}
