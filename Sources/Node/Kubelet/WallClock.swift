// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Glibc
import KubernetesAPI
import NIOCore

/// The clocks of this machine, as the machines want them: CLOCK_MONOTONIC, and when its origin was.
enum WallClock {
    /// Now, on CLOCK_MONOTONIC (that of NIO's timers).
    static var now: Instant { Instant(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds)) }

    /// The wall-clock time of the instant zero, as the clocks stand now.
    static var origin: KubernetesTime {
        let (wall, monotonic) = (Self.nanoseconds(CLOCK_REALTIME), Self.now.nanoseconds)
        let origin = wall - monotonic
        return KubernetesTime(seconds: origin / 1_000_000_000, nanoseconds: Int32(origin % 1_000_000_000))
    }

    /// The wall-clock time now.
    static var time: KubernetesTime {
        let wall = Self.nanoseconds(CLOCK_REALTIME)
        return KubernetesTime(seconds: wall / 1_000_000_000, nanoseconds: Int32(wall % 1_000_000_000))
    }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
