// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The clients' named limits.
enum Limits {
    /// How long a poll thread waits for an event before it looks whether it shall stop, in milliseconds.
    static let pollMs: Int32 = 50
    /// How many messages are handed over at once.
    static let batchMessages = 1000
    /// How long an admin call may take, in milliseconds.
    static let adminMs: Int32 = 30_000
    /// How long closing a consumer commits at most, in milliseconds.
    static let commitMs: Int32 = 5000
}
