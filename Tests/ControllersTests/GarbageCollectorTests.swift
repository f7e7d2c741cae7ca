// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Testing

@Suite struct GarbageCollectorTests {
    private func plan(_ name: String, _ objects: [(GroupVersionResource, JSONValue)]) -> ControllerPlan {
        GarbageCollectorReconciler().plan(
            for: ObjectName(namespace: "ns", name: name),
            in: Objects.cache(objects),
            now: Objects.now
        )
    }

    private func set(_ finalizer: String? = nil) -> JSONValue {
        guard let finalizer else { return Objects.object("web") }
        return Objects.object(
            "web",
            metadata: ["deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": [.string(finalizer)]]
        )
    }

    private let pod = Objects.pod("web-0", metadata: Objects.owner("StatefulSet", "web"))

    @Test("an object whose owner is gone goes in the background, once a live read has proven it")
    func background() {
        let plan = self.plan("pods/web-0", [(.pods, self.pod)])
        #expect(plan.summary == ["delete (Background) pods/web-0"])
        #expect(
            plan.actions.first?.preconditions == [
                .absent(
                    ObjectIdentity(
                        resource: .statefulSets,
                        key: ObjectName(namespace: "ns", name: "web"),
                        uid: "uid-web"
                    )
                )
            ]
        )
        #expect(self.plan("pods/web-0", [(.pods, self.pod), (.statefulSets, self.set())]).isEmpty)
    }

    @Test("an owner of another life is no owner")
    func otherLife() {
        let other = Objects.object("web", uid: "another")
        #expect(self.plan("pods/web-0", [(.pods, self.pod), (.statefulSets, other)]).summary.count == 1)
    }

    @Test("foreground: dependents first, all at once; the owner goes when none that blocks it is left")
    func foreground() {
        let set = self.set("foregroundDeletion")
        let pods = (0..<2).map { Objects.pod("web-\($0)", metadata: Objects.owner("StatefulSet", "web")) }
        let held = self.plan(
            "statefulsets.apps/web",
            [(.statefulSets, set)] + pods.map { (.pods, $0) }
        )
        #expect(held.summary == ["delete (Background) pods/web-0", "delete (Background) pods/web-1"])
        #expect(held.waiting?.code == .deleting)
        #expect(self.plan("statefulsets.apps/web", [(.statefulSets, set)]).summary == ["write statefulsets/web"])
    }

    @Test("orphan: dependents lose their owner, then the owner goes")
    func orphan() {
        let plan = self.plan("statefulsets.apps/web", [(.statefulSets, self.set("orphan")), (.pods, self.pod)])
        #expect(plan.summary == ["write pods/web-0", "write statefulsets/web"])
        #expect(plan.actions.first?.body?["metadata", "ownerReferences"] == nil)
    }

    @Test("an object with an owner left keeps living, without the reference to the one that is gone")
    func otherOwner() {
        var claim = Objects.object("data", metadata: Objects.owner("StatefulSet", "web"))
        claim["metadata", "ownerReferences"] = .array(
            (claim["metadata", "ownerReferences"]?.array ?? [])
                + (Objects.owner("Pod", "gone", apiVersion: "v1")["ownerReferences"]?.array ?? [])
        )
        let plan = self.plan(
            "persistentvolumeclaims/data",
            [(.persistentVolumeClaims, claim), (.statefulSets, self.set())]
        )
        #expect(plan.summary == ["write persistentvolumeclaims/data"])
        #expect(plan.actions.first?.body?["metadata", "ownerReferences"]?.array?.count == 1)
    }
}
