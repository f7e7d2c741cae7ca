// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a person is told while a trial runs.
public enum TrialProgress: Hashable, Sendable {
    /// A stage begins: its name, and what happens in it.
    case stage(String)
    /// How things are now, several times a second.
    case status(String)
    /// Something worth a line of its own.
    case note(String)
}
