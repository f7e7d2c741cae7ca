// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Controllers
import JSON
import KubernetesAPI
import Testing

@Suite struct PlanRunTests {
    private func action(_ name: String) -> ControllerAction {
        ControllerAction(.create, .configMaps, ObjectName(namespace: "ns", name: name))
    }

    /// Runs a plan against a server that refuses some names; returns the names asked for.
    private func run(_ plan: ControllerPlan, refusing refused: Set<String> = []) -> (asked: [String], run: PlanRun) {
        var run = PlanRun(plan)
        var asked: [String] = []
        while let action = run.next {
            asked.append(action.key.name)
            let isRefused = refused.contains(action.key.name)
            _ = run.answered(
                isRefused
                    ? .refused(StatusError(code: 500, reason: "InternalError", message: "no")) : .success(.emptyObject)
            )
        }
        return (asked, run)
    }

    private var plan: ControllerPlan {
        var plan = ControllerPlan()
        plan.steps = [
            [[self.action("a1"), self.action("a2")]],
            [[self.action("b1"), self.action("b2")], [self.action("c1")]],
            [[self.action("d1")]],
        ]
        plan.onSuccess = [self.action("good")]
        plan.onFailure = [self.action("bad")]
        plan.finally = [self.action("last")]
        return plan
    }

    @Test("all goes well: steps in order, then the status, then what comes last")
    func success() {
        let (asked, run) = self.run(self.plan)
        #expect(asked == ["a1", "a2", "b1", "b2", "c1", "d1", "good", "last"])
        #expect(run.outcome.failure == nil)
    }

    @Test("a failure ends its chain and its step is the last; the other chains of the step are tried")
    func failure() {
        let (asked, run) = self.run(self.plan, refusing: ["b1"])
        #expect(asked == ["a1", "a2", "b1", "c1", "bad", "last"])
        #expect(run.outcome.failure == "no")
        #expect(self.run(self.plan, refusing: ["a1"]).asked == ["a1", "bad", "last"])
        #expect(self.run(self.plan, refusing: ["c1"]).asked == ["a1", "a2", "b1", "b2", "c1", "bad", "last"])
    }

    @Test("a plan that is an error itself writes the status of a failure")
    func planFailure() {
        var plan = self.plan
        plan.failure = "claim in deletion"
        #expect(self.run(plan).asked.suffix(2) == ["bad", "last"])
    }

    @Test("tolerated answers count as done; events say how it went")
    func events() {
        var tolerant = self.action("a")
        tolerant.tolerated = .existence
        var plan = ControllerPlan()
        plan.then([tolerant, self.action("b")])
        var run = PlanRun(plan)
        _ = run.answered(.refused(StatusError(code: 409, reason: "AlreadyExists", message: "there")))
        #expect(run.next?.key.name == "b")

        var telling = self.action("c")
        telling.failureEvent = EventRecord(
            about: .emptyObject,
            kind: "X",
            apiVersion: "v1",
            .warning,
            "Failed",
            "it failed: %error%"
        )
        plan.steps = [[[telling]]]
        run = PlanRun(plan)
        let events = run.answered(.unmet("gone away"))
        #expect(events.map(\.message) == ["it failed: gone away"])
        #expect(run.next == nil)
    }

    @Test("a request without an answer is looked into: what it did must be seen by the next sync")
    func unanswered() {
        let key = ObjectName(namespace: "ns", name: "web-0")
        var plan = ControllerPlan()
        plan.then([ControllerAction(.evict(uid: "u"), .pods, key)])
        var run = PlanRun(plan)
        _ = run.answered(.failed("the connection was lost"))
        #expect(run.next?.operation == .read)
        var other = run
        _ = run.answered(.success(["metadata": ["resourceVersion": "7"]]))
        #expect(run.next == nil)
        #expect(run.outcome == SyncOutcome(writes: [.version(.pods, key, 7)], failure: "the connection was lost"))
        _ = other.answered(.refused(StatusError(code: 404, reason: "NotFound", message: "gone")))
        #expect(other.outcome.writes == [.deleted(ObjectIdentity(resource: .pods, key: key, uid: "u"))])
    }
}
