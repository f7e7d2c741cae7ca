// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The clients' named limits.
enum Limits {
    /// How long a poll thread waits for an event before it looks whether it shall stop, in milliseconds.
    static let pollMs: Int32 = 50
    /// How long to wait before a request that found no controller is sent again.
    static let controllerRetryAfter = Duration.milliseconds(100)
    /// How many messages are handed over at once.
    static let batchMessages = 1000
}
