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
    /// How much output waits for a listener before the process has to wait, in bytes.
    static let streamWaitingBytesMax = 262_144
    /// How much output is kept for the first listener, in bytes.
    static let streamKeptBytesMax = 16_384
    /// The longest last message of a container, in bytes (upstream's).
    static let terminationMessageBytesMax = 4096
    /// The longest last message that is taken from a container's log, in bytes and lines (upstream's).
    static let terminationLogBytesMax = 2048
    static let terminationLogLinesMax = 80
    /// How many threads do blocking calls.
    static let blockingThreads = 4
}
