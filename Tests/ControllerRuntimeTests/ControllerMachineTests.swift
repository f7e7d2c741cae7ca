// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Controllers
import Determinism
import JSON
import KubernetesAPI
import Testing

/// A controller that writes each config map's wish into it, as far as tests ask for it.
private struct EchoReconciler: Reconciler {
    let component = "echo"
    let watched: [GroupVersionResource] = [.configMaps]
    var lookAgain: Duration?
    var waiting: WaitingReason?
    var notices: [EventRecord] = []

    func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] { [change.key] }

    func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        var plan = ControllerPlan()
        plan.lookAgain = self.lookAgain
        plan.waiting = self.waiting
        plan.notices = self.notices
        guard let object = cache.object(.configMaps, key), object["wish"] != object["done"] else { return plan }
        var body = object
        body["done"] = object["wish"]
        plan.then([ControllerAction(.update(subresource: nil), .configMaps, key, body: body)])
        return plan
    }
}

@Suite struct ControllerMachineTests {
    private let key = ObjectName(namespace: "ns", name: "a")

    private func object(_ version: Int, wish: String, done: String? = nil) -> JSONValue {
        var object: JSONValue = [
            "metadata": ["namespace": "ns", "name": "a", "uid": "u", "resourceVersion": .string(String(version))],
            "wish": .string(wish),
        ]
        object["done"] = done.map(JSONValue.string)
        return object
    }

    private func changed(_ object: JSONValue) -> ControllerMachine.Event {
        .changed(ObjectChange(resource: .configMaps, old: nil, new: object))
    }

    private func machine(_ reconciler: EchoReconciler = EchoReconciler()) -> ControllerMachine {
        ControllerMachine(reconciler, wallTimeAtZero: WallTime(seconds: 0))
    }

    private func performed(_ effects: [ControllerMachine.Effect]) -> [ObjectName] {
        effects.compactMap { if case .perform(let key, _) = $0 { key } else { nil } }
    }

    private func timers(_ effects: [ControllerMachine.Effect]) -> [(ControllerMachine.Timer, Instant)] {
        effects.compactMap { if case .wake(let timer, let at) = $0 { (timer, at) } else { nil } }
    }

    @Test("nothing is synced before every first list is in")
    func waitsForLists() {
        var machine = self.machine()
        #expect(machine.handle(self.changed(self.object(1, wish: "x")), now: .zero).isEmpty)
        #expect(self.performed(machine.handle(.synced, now: .zero)) == [self.key])
    }

    @Test("a change while a sync is in flight starts another one afterwards, not beside it")
    func dirty() {
        var machine = self.machine()
        _ = machine.handle(.synced, now: .zero)
        #expect(self.performed(machine.handle(self.changed(self.object(1, wish: "x")), now: .zero)) == [self.key])
        #expect(self.performed(machine.handle(self.changed(self.object(2, wish: "y")), now: .zero)).isEmpty)
        let effects = machine.handle(.finished(self.key, SyncOutcome()), now: .zero)
        #expect(self.performed(effects) == [self.key])
        #expect(effects.contains(.reached(.changedInFlight)))
    }

    @Test("a sync starts only after its own writes were seen")
    func ownWrites() {
        var machine = self.machine()
        _ = machine.handle(.synced, now: .zero)
        _ = machine.handle(self.changed(self.object(1, wish: "x")), now: .zero)
        let write = OwnWrite.version(.configMaps, self.key, 7)
        _ = machine.handle(.finished(self.key, SyncOutcome(writes: [write])), now: .zero)
        let held = machine.handle(self.changed(self.object(5, wish: "z")), now: .zero)
        #expect(self.performed(held).isEmpty)
        #expect(held.contains(.report(self.key, WaitingReason(.ownWriteUnseen, "configmaps ns/a"))))
        #expect(self.performed(machine.handle(self.changed(self.object(7, wish: "z")), now: .zero)) == [self.key])
    }

    @Test("own writes that never come do not hold a key for ever")
    func ownWritesLost() throws {
        var machine = self.machine()
        _ = machine.handle(.synced, now: .zero)
        _ = machine.handle(self.changed(self.object(1, wish: "x")), now: .zero)
        let write = OwnWrite.version(.configMaps, self.key, 7)
        _ = machine.handle(.finished(self.key, SyncOutcome(writes: [write])), now: .zero)
        let held = machine.handle(self.changed(self.object(5, wish: "z")), now: .zero)
        let (timer, at) = try #require(self.timers(held).last)
        #expect(at == Instant.zero + ControllerMachine.Limits.ownWriteWait)
        let effects = machine.handle(.woke(timer), now: at)
        #expect(effects.contains(.reached(.gaveUpOnOwnWrite)))
        #expect(self.performed(effects) == [self.key])
    }

    @Test("failed syncs are tried again after 5 ms, 10 ms, 20 ms …; a success forgets them")
    func backoff() throws {
        var machine = self.machine()
        _ = machine.handle(.synced, now: .zero)
        _ = machine.handle(self.changed(self.object(1, wish: "x")), now: .zero)
        var now = Instant.zero
        for pause in [5, 10, 20, 40] {
            let effects = machine.handle(.finished(self.key, SyncOutcome(failure: "no")), now: now)
            let (timer, at) = try #require(self.timers(effects).last)
            #expect(at == now + .milliseconds(pause))
            now = at
            #expect(self.performed(machine.handle(.woke(timer), now: now)) == [self.key])
        }
        _ = machine.handle(.finished(self.key, SyncOutcome()), now: now)
        _ = machine.handle(self.changed(self.object(2, wish: "y")), now: now)
        let again = machine.handle(.finished(self.key, SyncOutcome(failure: "no")), now: now)
        #expect(self.timers(again).last?.1 == now + .milliseconds(5))
    }

    @Test("a plan that wants to look again is asked again then; an older timer no longer counts")
    func lookAgain() throws {
        var machine = self.machine(EchoReconciler(lookAgain: .seconds(3)))
        _ = machine.handle(.synced, now: .zero)
        let first = machine.handle(self.changed(self.object(1, wish: "x", done: "x")), now: .zero)
        let second = machine.handle(self.changed(self.object(2, wish: "x", done: "x")), now: .zero + .seconds(1))
        let (old, _) = try #require(self.timers(first).last)
        let (new, at) = try #require(self.timers(second).last)
        #expect(at == Instant.zero + .seconds(4))
        #expect(machine.handle(.woke(old), now: .zero + .seconds(3)).isEmpty)
        #expect(!self.timers(machine.handle(.woke(new), now: at)).isEmpty)
    }

    @Test("a waiting reason is reported when it changes, a notice recorded once")
    func reasons() {
        let notice = EventRecord(
            about: self.object(1, wish: "x"),
            kind: "ConfigMap",
            apiVersion: "v1",
            .normal,
            "Held",
            "because"
        )
        let reason = WaitingReason(.budgetSpent, "a")
        var machine = self.machine(EchoReconciler(waiting: reason, notices: [notice]))
        _ = machine.handle(.synced, now: .zero)
        let first = machine.handle(self.changed(self.object(1, wish: "x", done: "x")), now: .zero)
        #expect(first == [.report(self.key, reason), .record([notice])])
        #expect(machine.handle(self.changed(self.object(2, wish: "x", done: "x")), now: .zero).isEmpty)
    }
}
