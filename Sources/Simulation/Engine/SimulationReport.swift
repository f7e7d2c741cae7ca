// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Determinism

/// How one simulated run ended.
public struct SimulationReport: Hashable, Sendable {
    /// Why a run failed.
    public struct Failure: Hashable, Sendable, Error {
        /// What kind of promise was broken; each has its own exit status.
        public enum Kind: String, Hashable, Sendable {
            /// Something bad happened (exit status 4).
            case safety
            /// Something good did not happen within its bound after all faults were healed (exit status 5).
            case liveness
        }

        /// Safety or liveness.
        public var kind: Kind
        /// Virtual time of the failure.
        public var at: Instant
        /// Number of the event after which it was seen.
        public var event: Int
        /// One sentence that names the invariant, the nodes and the values.
        public var because: String

        /// A failure.
        public init(kind: Kind, at: Instant, event: Int, because: String) {
            self.kind = kind
            self.at = at
            self.event = event
            self.because = because
        }
    }

    /// The seed that the whole run follows from.
    public var seed: UInt64
    /// How many events happened.
    public var events: Int
    /// Virtual time at the end.
    public var end: Instant
    /// The hash of the trace.
    public var trace: TraceHash
    /// How often each rare path was taken, by name.
    public var probes: [String: Int]
    /// Why it failed; nil when all held.
    public var failure: Failure?

    /// A report.
    public init(
        seed: UInt64,
        events: Int,
        end: Instant,
        trace: TraceHash,
        probes: [String: Int],
        failure: Failure? = nil
    ) {
        self.seed = seed
        self.events = events
        self.end = end
        self.trace = trace
        self.probes = probes
        self.failure = failure
    }
}
