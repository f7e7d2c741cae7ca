// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a trial came to, with the figures that reports show.
public struct Verdict: Hashable, Sendable {
    /// Pass, fail, or could not judge.
    public enum Result: String, Hashable, Sendable {
        /// All that was promised and expected held.
        case pass
        /// Something promised or expected did not hold.
        case fail
        /// The evidence does not suffice, or the trial could not be carried out.
        case error
    }

    /// An expectation and how it fared.
    public struct Expectation: Hashable, Sendable {
        /// What was expected, in words.
        public var name: String
        /// Whether it held.
        public var holds: Bool
        /// What was found.
        public var found: String

        /// An expectation.
        public init(name: String, holds: Bool, found: String) {
            self.name = name
            self.holds = holds
            self.found = found
        }
    }

    /// Counts of messages.
    public struct Messages: Hashable, Sendable {
        /// Handed to a client library.
        public var sent = 0
        /// Acknowledged, or proven to be in the log.
        public var acknowledged = 0
        /// Of unknown outcome to the end.
        public var unknown = 0
        /// Definitely not taken.
        public var refused = 0
        /// Distinct messages that the group was handed.
        public var delivered = 0
        /// Deliveries beyond the first of a message.
        public var redelivered = 0
        /// Assignments that began before what the group had certainly committed.
        public var replays = 0
        /// Errors that clients met and retried after.
        public var retriableErrors = 0
        /// Findings by kind.
        public var findings: [FindingKind: Int] = [:]

        /// No messages.
        public init() {}
    }

    /// A stage of the trial and how long it took.
    public struct Stage: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// How long it took.
        public var duration: Duration

        /// A stage.
        public init(name: String, duration: Duration) {
            self.name = name
            self.duration = duration
        }
    }

    /// The trial's name.
    public var trial: String
    /// The run.
    public var run: RunID
    /// The seed of the run's random choices.
    public var seed: UInt64
    /// Pass, fail or error.
    public var result: Result
    /// Why it is `error`, or what failed before anything could be judged.
    public var errors: [String] = []
    /// The promise's name, and the kinds of finding that it allows.
    public var promise = ""
    /// Kinds of finding that the promise allows; they are shown, and no failure.
    public var allowed: Set<FindingKind> = []
    /// Counts of messages.
    public var messages = Messages()
    /// What the checks found.
    public var findings: [Finding] = []
    /// What was expected beside the promise.
    public var expectations: [Expectation] = []
    /// How available the partitions were.
    public var availability: Availability?
    /// Times to acknowledgement: half, 99 % and all of the messages.
    public var acknowledgement: [String: Duration] = [:]
    /// The harness's own lag behind its schedule: 99 % and all.
    public var schedulingLag: [String: Duration] = [:]
    /// How often leadership moved between brokers.
    public var leaderChanges = 0
    /// What the event log shows of the rolling update.
    public var rollout: RolloutFacts?
    /// From the change to the end of the rollout.
    public var rolloutDuration: Duration = .zero
    /// Disruptions beyond the budgets, in pod-seconds.
    public var budgetExceededPodSeconds: Double = 0
    /// How the time was spent, in order.
    public var stages: [Stage] = []

    /// A verdict about a run, to be filled in.
    public init(trial: String, run: RunID, seed: UInt64, result: Result) {
        self.trial = trial
        self.run = run
        self.seed = seed
        self.result = result
    }

    /// Findings that the promise does not allow.
    public var violations: [Finding] { self.findings.filter { !self.allowed.contains($0.kind) } }

    /// Decides the result from findings, expectations and errors; evidence that is missing is never a pass.
    public mutating func settle() {
        if !self.errors.isEmpty {
            self.result = .error
        } else if !self.violations.isEmpty || self.expectations.contains(where: { !$0.holds }) {
            self.result = .fail
        } else {
            self.result = .pass
        }
    }

    /// The whole time.
    public var duration: Duration { self.stages.reduce(.zero) { $0 + $1.duration } }
}
