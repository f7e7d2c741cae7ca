// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Which part of a container's log is wanted, and how (`kubectl logs`).
public struct LogOptions: Hashable, Sendable {
    /// Go on as the container writes, until it ends.
    public var follow = false
    /// The log of the container's previous life.
    public var previous = false
    /// Only that many lines from the end; nil for all.
    public var tailLines: Int?
    /// Only lines written at or after this time, RFC 3339 in UTC (`2026-01-31T10:00:00Z`); nil for all.
    public var since: String?
    /// Put the time in front of each line.
    public var timestamps = false
    /// At most that many bytes; nil for all.
    public var limitBytes: Int?

    /// The whole log as it is now.
    public init() {}
}
