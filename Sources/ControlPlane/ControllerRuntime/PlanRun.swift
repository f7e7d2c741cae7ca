// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Controllers
public import JSON
public import KubernetesAPI

/// A plan on its way: which request comes next, and what an answer means for those behind it. No I/O.
public struct PlanRun: Hashable, Sendable {
    private enum Phase: Hashable, Sendable { case steps, status, finally, done }

    /// How a request ended.
    public enum Answer: Hashable, Sendable {
        /// The server did it; the object or status that it answered.
        case success(JSONValue)
        /// The server refused.
        case refused(StatusError)
        /// A precondition does not hold; nothing was sent.
        case unmet(String)
        /// No answer came: the request may have taken effect or not.
        case failed(String)
    }

    private let plan: ControllerPlan
    private var phase = Phase.steps
    private var step = 0
    private var chain = 0
    private var action = 0
    /// A request without an answer, to be looked into before anything else: what it did must be seen by the next sync.
    private var unanswered: ControllerAction?
    /// How it went so far.
    public private(set) var outcome = SyncOutcome()

    /// A run of a plan, before its first request.
    public init(_ plan: ControllerPlan) {
        self.plan = plan
        self.settle()
    }

    /// The request that is to be sent next; nil at the end.
    public var next: ControllerAction? {
        if let unanswered {
            return ControllerAction(.read, unanswered.resource, unanswered.key)
        }
        return switch self.phase {
        case .steps: self.plan.steps[self.step][self.chain][self.action]
        case .status: self.statusWrites[self.action]
        case .finally: self.plan.finally[self.action]
        case .done: nil
        }
    }

    private var statusWrites: [ControllerAction] {
        self.outcome.failure == nil && self.plan.failure == nil ? self.plan.onSuccess : self.plan.onFailure
    }

    /// Takes the answer to ``next``; returns the events to record.
    public mutating func answered(_ answer: Answer) -> [EventRecord] {
        if let unanswered {
            self.unanswered = nil
            self.readBack(unanswered, answer)
            return []
        }
        guard let action = self.next else { return [] }
        var events: [EventRecord] = []
        var isDone = true
        switch answer {
        case .success(let body):
            if let write = action.ownWrite(body) { self.outcome.writes.append(write) }
            events += [action.successEvent].compactMap(\.self)
        case .refused(let error) where action.tolerates(error):
            break
        case .refused(let error):
            isDone = false
            // Somebody made it meanwhile: the retry will see it, and people have nothing to learn from it.
            if !error.isAlreadyExists { events += self.fail(action, error.message) }
            self.outcome.failure = self.outcome.failure ?? error.message
        case .unmet(let reason), .failed(let reason):
            isDone = false
            if case .failed = answer { self.unanswered = action }
            events += self.fail(action, reason)
            self.outcome.failure = self.outcome.failure ?? reason
        }
        self.advance(isDone: isDone)
        return events
    }

    private mutating func readBack(_ action: ControllerAction, _ answer: Answer) {
        switch answer {
        case .success(let object):
            if let version = object["metadata", "resourceVersion"]?.string.flatMap(Int64.init) {
                self.outcome.writes.append(.version(action.resource, action.key, version))
            }
        case .refused(let error) where error.isNotFound:
            switch action.operation {
            case .delete(let uid, _, _), .evict(let uid):
                let identity = ObjectIdentity(resource: action.resource, key: action.key, uid: uid)
                self.outcome.writes.append(.deleted(identity))
            case .create, .update, .mergePatch, .createSubresource, .read:
                break
            }
        case .refused, .unmet, .failed:
            break  // still unknown: the back-off gives the watch time to show it
        }
    }

    private func fail(_ action: ControllerAction, _ reason: String) -> [EventRecord] {
        guard var event = action.failureEvent else { return [] }
        event.message = event.message.replacing(EventRecord.errorPlaceholder, with: reason)
        return [event]
    }

    private mutating func advance(isDone: Bool) {
        switch self.phase {
        case .steps:
            self.action = isDone ? self.action + 1 : self.plan.steps[self.step][self.chain].count
        case .status:
            self.action = isDone ? self.action + 1 : self.statusWrites.count
        case .finally:
            self.action = isDone ? self.action + 1 : self.plan.finally.count
        case .done:
            break
        }
        self.settle()
    }

    /// Moves past what is empty or used up.
    private mutating func settle() {
        while self.phase == .steps {
            if self.step == self.plan.steps.count
                || (self.outcome.failure != nil && self.chain == 0 && self.action == 0)
            {
                self.phase = .status
                self.action = 0
            } else if self.chain == self.plan.steps[self.step].count {
                (self.step, self.chain, self.action) = (self.step + 1, 0, 0)
            } else if self.action == self.plan.steps[self.step][self.chain].count {
                (self.chain, self.action) = (self.chain + 1, 0)
            } else {
                return
            }
        }
        if self.phase == .status, self.action == self.statusWrites.count { (self.phase, self.action) = (.finally, 0) }
        if self.phase == .finally, self.action == self.plan.finally.count { self.phase = .done }
    }
}
