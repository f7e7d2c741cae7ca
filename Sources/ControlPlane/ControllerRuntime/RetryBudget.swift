// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism

/// The overall rate of retries: a bucket that holds a burst and fills steadily.
struct RetryBudget: Hashable, Sendable {
    /// When the bucket will have been refilled by what was taken so far.
    private var fullAt = Instant.zero

    /// Takes a token; returns when the retry may go.
    mutating func next(now: Instant) -> Instant {
        let interval = Duration.seconds(1) / ControllerMachine.Limits.retriesPerSecond
        self.fullAt = max(self.fullAt, now) + interval
        return max(now, self.fullAt - interval * ControllerMachine.Limits.retryBurst)
    }
}
