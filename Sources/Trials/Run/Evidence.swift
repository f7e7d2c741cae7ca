// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Verification

/// What a trial gathered, for the judge.
struct Evidence: Sendable {
    /// When the load began and when no more was sent, in CLOCK_MONOTONIC nanoseconds.
    var load: ClosedRange<Int64>?
    /// From the first step to the end of the last one.
    var change: ClosedRange<Int64>?
    /// The workload's files.
    var historyFiles: [String] = []
    /// By how many offsets the group was still behind when it had had its time: by partition, empty when on none.
    var lag: [Int32: Int64] = [:]
    /// Errors that clients met and got over, by name.
    var retriableErrors: [String: Int] = [:]
    /// What clients could not get over.
    var failures: [String] = []
    /// The pod of the broker that was controller when the change began.
    var controllerPod: String?
    /// The pod of the broker that coordinated the group when the change began.
    var coordinatorPod: String?
    /// The pods that each broker had over time: by broker, in order.
    var podsByBroker: [Int32: String] = [:]
    /// The pods of the rolled set that were of its newest revision at the end, by name.
    var updatedPods: [String] = []
    /// How many evictions a budget refused.
    var evictionsRefused = 0
    /// How the time was spent.
    var stages: [Verdict.Stage] = []
}
