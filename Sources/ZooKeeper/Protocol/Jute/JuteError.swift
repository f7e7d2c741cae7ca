// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Bytes of a peer that are no valid jute record.
package struct JuteError: Error, Hashable, CustomStringConvertible {
    /// What was expected and what was found.
    package var description: String

    /// An error with its reason.
    package init(_ description: String) {
        self.description = description
    }
}
