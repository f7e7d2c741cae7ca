// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Testing

@Suite struct VolumesTests {
    private let claimKey = ObjectName(namespace: "ns", name: "data")

    private func storageClass(_ provisioner: String) -> (GroupVersionResource, JSONValue) {
        var object = Objects.object("standard", namespace: nil)
        object["provisioner"] = .string(provisioner)
        object["reclaimPolicy"] = "Delete"
        return (.storageClasses, object)
    }

    private func claim(_ metadata: JSONValue = .emptyObject) -> JSONValue {
        Objects.object(
            "data",
            spec: [
                "storageClassName": "standard", "accessModes": ["ReadWriteOnce"],
                "resources": ["requests": ["storage": "1Gi"]],
            ],
            status: ["phase": "Pending"],
            metadata: metadata
        )
    }

    private func plan(_ key: ObjectName, _ objects: [(GroupVersionResource, JSONValue)]) -> ControllerPlan {
        PersistentVolumeReconciler().plan(for: key, in: Objects.cache(objects), now: Objects.now)
    }

    @Test("a claim of our class gets a volume that names it, then both are bound")
    func provisioning() throws {
        let ours = self.storageClass(PersistentVolumeReconciler.provisioner)
        let made = self.plan(self.claimKey, [ours, (.persistentVolumeClaims, self.claim())])
        #expect(made.summary == ["create persistentvolumes/pvc-uid-data"])
        var volume = try #require(made.actions.first?.body)
        #expect(volume["spec", "claimRef", "uid"] == "uid-data")
        volume["metadata", "uid"] = "uid-volume"
        let bound = self.plan(
            self.claimKey,
            [ours, (.persistentVolumeClaims, self.claim()), (.persistentVolumes, volume)]
        )
        #expect(
            bound.summary == [
                "write status of persistentvolumes/pvc-uid-data", "write persistentvolumeclaims/data",
                "write status of persistentvolumeclaims/data",
            ]
        )
    }

    @Test("a claim of a foreign provisioner is announced to it and left to it")
    func foreignProvisioner() {
        let plan = self.plan(
            self.claimKey,
            [self.storageClass("example.com/fake"), (.persistentVolumeClaims, self.claim())]
        )
        #expect(plan.summary == ["write persistentvolumeclaims/data"])
        #expect(
            plan.actions.first?.body?["metadata", "annotations", "volume.kubernetes.io/storage-provisioner"]
                == "example.com/fake"
        )
        #expect(plan.notices.map(\.reason) == ["ExternalProvisioning"])
    }

    @Test("a claim in deletion waits for the pods that use it")
    func protection() {
        let going = self.claim([
            "deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["kubernetes.io/pvc-protection"],
        ])
        let volumes: JSONValue = ["volumes": [["name": "d", "persistentVolumeClaim": ["claimName": "data"]]]]
        let user = Objects.pod("web-0", node: "n0", spec: volumes)
        let held = self.plan(self.claimKey, [(.persistentVolumeClaims, going), (.pods, user)])
        #expect(held.isEmpty && held.waiting?.code == .deleting)
        #expect(
            self.plan(self.claimKey, [(.persistentVolumeClaims, going)]).summary == [
                "write persistentvolumeclaims/data"
            ]
        )
    }

    @Test("a volume whose claim is gone is released, and deleted where it is ours and its policy says so")
    func reclaim() throws {
        let made = self.plan(
            self.claimKey,
            [self.storageClass(PersistentVolumeReconciler.provisioner), (.persistentVolumeClaims, self.claim())]
        )
        var volume = try #require(made.actions.first?.body)
        volume["metadata", "uid"] = "uid-volume"
        volume["status"] = ["phase": "Bound"]
        let key = ObjectName(namespace: "", name: "pvc-uid-data")
        let plan = self.plan(key, [(.persistentVolumes, volume)])
        #expect(
            plan.summary == ["write status of persistentvolumes/pvc-uid-data", "delete persistentvolumes/pvc-uid-data"]
        )
        // A cache may not have heard of a young claim: only a live read proves that it is gone.
        for action in plan.actions { #expect(action.preconditions.count == 1) }
        volume["spec", "persistentVolumeReclaimPolicy"] = "Retain"
        #expect(
            self.plan(key, [(.persistentVolumes, volume)]).summary == ["write status of persistentvolumes/pvc-uid-data"]
        )
    }
}
