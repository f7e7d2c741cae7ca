// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// How a partition's log is kept. The defaults are Kafka's.
package struct LogConfiguration: Hashable, Sendable {
    /// The size in bytes at which a new segment begins (`segment.bytes`).
    package var segmentBytes = 1 << 30
    /// The age in ms of its first append at which a new segment begins (`segment.ms`).
    package var segmentMs: Int64 = 7 * 24 * 3600 * 1000
    /// After how many bytes the indexes get an entry (`index.interval.bytes`).
    package var indexIntervalBytes = 4096

    /// Kafka's defaults.
    package init() {}

    /// The size at which a segment ends, within what its indexes can address.
    var segmentLimit: Int { max(1, min(self.segmentBytes, Limits.segmentBytesMax)) }
}
