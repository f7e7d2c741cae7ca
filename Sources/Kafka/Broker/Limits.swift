// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The limits of the broker's shell.
enum Limits {
    /// Requests of one connection without an answer; more close it.
    static let requestsPerConnectionMax = 100_000
    /// How long another broker may take to answer; a fetch waits at the leader for half a second of it.
    static let peerTimeout = TimeAmount.seconds(30)
    static let peerConnectTimeout = TimeAmount.seconds(3)
    /// How often overdue requests to other brokers are looked for.
    static let peerCheckInterval = TimeAmount.seconds(1)
    /// Connections that the kernel keeps for us until we take them.
    static let backlog: Int32 = 256
    /// How long the end waits for the last answers to leave.
    static let drainTimeout = TimeAmount.milliseconds(200)
}
