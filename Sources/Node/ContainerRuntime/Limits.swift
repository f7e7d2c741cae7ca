// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The limits of this module.
enum Limits {
    /// How much of a probe's output is kept, in bytes; upstream keeps as much.
    static let probeOutputBytesMax = 10_240
    /// The longest line that a shim may report, in bytes.
    static let shimLineBytesMax = 4096
    /// Beyond this size a container's log is set aside, in bytes (kubelet's containerLogMaxSize).
    static let logBytesMax = 10_485_760
    /// What processes left behind get when a container's first process ends by itself, in milliseconds.
    static let leftoverGraceMs = 1000
    /// How much of a log is read at a time, in bytes.
    static let logReadBytes = 65_536
    /// How often a followed log is looked at, in milliseconds.
    static let logFollowMs = 50
    /// The largest answer that an HTTP probe looks at, in bytes.
    static let httpProbeBytesMax = 10_240
    /// How many threads do blocking calls.
    static let blockingThreads = 4
}
