// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The client's named limits.
enum Limits {
    /// How long to wait before names are looked up again while no server can be reached.
    static let resolveAgainAfter = Duration.milliseconds(500)
    /// The largest value that is sent, ZooKeeper's own default (`jute.maxbuffer`).
    static let dataBytesMax = 1_048_575
}
