// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Why a controlled cluster could not be started: what was tried, what came back, what to do.
public struct ClusterError: Error, Hashable, CustomStringConvertible {
    /// One sentence.
    public var message: String

    /// An error of a cluster.
    public init(_ message: String) {
        self.message = message
    }

    public var description: String { self.message }
}
