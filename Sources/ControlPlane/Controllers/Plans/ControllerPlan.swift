// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a reconciler wants done now, why it stops there, and when it wants to look again.
///
/// Its shell takes the steps in order. The chains of a step are all tried (a slow start's batch), each up to its first
/// failure; a step with a failure is the last, the sync counts as failed and is tried again after a back-off.
public struct ControllerPlan: Hashable, Sendable {
    /// Actions of which each needs the one before: a pod after its claims.
    public typealias Chain = [ControllerAction]

    /// What to do, in order.
    public var steps: [[Chain]] = []
    /// Sent after the steps when all succeeded: a status that counts on them.
    public var onSuccess: [ControllerAction] = []
    /// Sent after a failed step instead: a status of what was observed.
    public var onFailure: [ControllerAction] = []
    /// Sent last in either case (history truncation), until one fails.
    public var finally: [ControllerAction] = []
    /// Recorded whatever the actions' outcome.
    public var events: [EventRecord] = []
    /// Recorded unless they were notices of this key's last sync: a state that lasts is told once.
    public var notices: [EventRecord] = []
    /// Why nothing more is done now; nil when what is wanted is there. A trial's event log takes it.
    public var waiting: WaitingReason?
    /// When to look again although nothing changed; nil when only a change can help.
    public var lookAgain: Duration?
    /// Set when the plan itself is an error (an invalid selector, a claim in deletion): retried after a back-off.
    public var failure: String?
    /// What the next plan of the key is to know about things that fail again and again.
    public var backoffs = Backoffs()

    /// A plan that does nothing.
    public init() {}

    /// Whether there is nothing to send.
    public var isEmpty: Bool {
        self.steps.allSatisfy { $0.allSatisfy(\.isEmpty) } && self.onSuccess.isEmpty && self.finally.isEmpty
    }

    /// All actions of the steps, in order.
    public var actions: [ControllerAction] { self.steps.flatMap { $0.flatMap { $0 } } }

    /// Adds a step of one chain, unless it is empty.
    public mutating func then(_ chain: Chain) {
        if !chain.isEmpty { self.steps.append([chain]) }
    }

    /// Looks again after that time at the latest.
    public mutating func lookAgain(after delay: Duration) {
        self.lookAgain = min(self.lookAgain ?? delay, delay)
    }
}

/// Why a reconciler waits: a word, the object that it waits for, and a sentence for people.
public struct WaitingReason: Hashable, Sendable, CustomStringConvertible {
    /// The word, for comparing and counting.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A pod is not Running and Ready.
        public static let notReady = Code(rawValue: "NotReady")
        /// A pod is Ready, but not for minReadySeconds yet.
        public static let notAvailable = Code(rawValue: "NotAvailable")
        /// A pod is being deleted.
        public static let terminating = Code(rawValue: "Terminating")
        /// A pod was made or deleted in this sync.
        public static let changed = Code(rawValue: "Changed")
        /// A pod that failed was deleted, or is about to go.
        public static let failed = Code(rawValue: "Failed")
        /// The disruption budget allows no eviction now.
        public static let budgetSpent = Code(rawValue: "BudgetSpent")
        /// The own write of an earlier sync has not come back in the watch.
        public static let ownWriteUnseen = Code(rawValue: "OwnWriteUnseen")
        /// A claim still belongs to an earlier pod, or is being deleted.
        public static let staleClaim = Code(rawValue: "StaleClaim")
        /// rollingUpdate.maxUnavailable is used up.
        public static let maxUnavailable = Code(rawValue: "MaxUnavailable")
        /// The object itself is being deleted.
        public static let deleting = Code(rawValue: "Deleting")
        /// OnDelete: pods are replaced when somebody deletes them.
        public static let onDelete = Code(rawValue: "OnDelete")
        /// rollingUpdate.maxSurge is used up.
        public static let maxSurge = Code(rawValue: "MaxSurge")
        /// What failed is tried again after a pause.
        public static let backoff = Code(rawValue: "Backoff")
        /// No node takes the pod.
        public static let unschedulable = Code(rawValue: "Unschedulable")
        /// A volume or claim has not been made yet.
        public static let unbound = Code(rawValue: "Unbound")
    }

    /// The word.
    public var code: Code
    /// The object it waits for (a pod, a claim, a budget).
    public var subject: String
    /// What holds it, for people; may be empty.
    public var detail: String

    /// A reason of its parts.
    public init(_ code: Code, _ subject: String, detail: String = "") {
        self.code = code
        self.subject = subject
        self.detail = detail
    }

    public var description: String {
        "\(self.code.rawValue) \(self.subject)\(self.detail.isEmpty ? "" : ": \(self.detail)")"
    }
}
