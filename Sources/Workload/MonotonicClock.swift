// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Determinism
import Foundation

/// CLOCK_MONOTONIC, which histories and event logs are written in (Swift's ContinuousClock is another clock on Linux).
public enum MonotonicClock {
    /// Now.
    public static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
