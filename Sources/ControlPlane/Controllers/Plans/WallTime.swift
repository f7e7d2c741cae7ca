// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI

/// A point in wall time as objects carry it, in nanoseconds since 1970 (UTC).
///
/// Controllers compare it with timestamps of objects; intervals of their own are `Instant`s.
public struct WallTime: Hashable, Comparable, Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    public var nanoseconds: Int64

    /// The time that many nanoseconds after 1970.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The time that many seconds after 1970.
    public init(seconds: Int64) {
        self.nanoseconds = seconds * 1_000_000_000
    }

    public static func < (lhs: WallTime, rhs: WallTime) -> Bool { lhs.nanoseconds < rhs.nanoseconds }

    public static func + (lhs: WallTime, rhs: Duration) -> WallTime {
        let (seconds, attoseconds) = rhs.components
        return WallTime(nanoseconds: lhs.nanoseconds + seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    public static func - (lhs: WallTime, rhs: WallTime) -> Duration {
        .nanoseconds(lhs.nanoseconds - rhs.nanoseconds)
    }
}

extension WallTime {
    /// Reads RFC 3339 text; nil for anything else.
    public init?(rfc3339 text: String) {
        guard let time = KubernetesTime(text) else { return nil }
        self.nanoseconds = time.seconds * 1_000_000_000 + Int64(time.nanoseconds)
    }

    private var time: KubernetesTime {
        let seconds = self.nanoseconds / 1_000_000_000 - (self.nanoseconds % 1_000_000_000 < 0 ? 1 : 0)
        return KubernetesTime(seconds: seconds, nanoseconds: Int32(self.nanoseconds - seconds * 1_000_000_000))
    }

    /// RFC 3339 in whole seconds, the form of `metav1.Time`.
    public var rfc3339: String { self.time.description }

    /// RFC 3339 in microseconds, the form of `metav1.MicroTime`.
    public var rfc3339Micro: String { self.time.microseconds }
}
