// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// How long a created node lives and whether the server numbers it.
public enum CreateMode: Int32, Hashable, Sendable {
    /// Until it is deleted.
    case persistent = 0
    /// Until its session ends.
    case ephemeral = 1
    /// Until it is deleted; the server appends ten digits that only grow.
    case persistentSequential = 2
    /// Until its session ends; the server appends ten digits that only grow.
    case ephemeralSequential = 3
}
