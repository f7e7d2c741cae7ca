// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One look at a volume.
struct VolumeSync {
    static let protection = "kubernetes.io/pv-protection"

    let volume: JSONValue
    let cache: ObservedObjects

    /// The key of the claim that a volume names.
    static func claimKey(of volume: JSONValue) -> ObjectName? {
        guard let reference = volume["spec", "claimRef"], let name = reference["name"]?.string else { return nil }
        return ObjectName(namespace: reference["namespace"]?.string ?? "", name: name)
    }

    static func setPhase(_ phase: String, of volume: JSONValue) -> ControllerAction {
        ControllerAction(
            .mergePatch(subresource: "status"),
            .persistentVolumes,
            ObservedObjects.key(of: volume),
            body: ["metadata": ["uid": .string(volume.uid)], "status": ["phase": .string(phase)]]
        )
    }

    func plan() -> ControllerPlan {
        var plan = ControllerPlan()
        let phase = self.volume["status", "phase"]?.string ?? ""
        if self.volume.isTerminating {
            self.release(phase, &plan)
            return plan
        }
        guard let claimKey = Self.claimKey(of: self.volume) else {
            if phase != "Available" { plan.then([Self.setPhase("Available", of: self.volume)]) }
            return plan
        }
        let uid = self.volume["spec", "claimRef", "uid"]?.string ?? ""
        if uid.isEmpty {
            // Reserved by hand: the claim's sync completes the reference.
            if phase != "Available", phase != "Bound" { plan.then([Self.setPhase("Available", of: self.volume)]) }
            return plan
        }
        let claim = self.cache.object(.persistentVolumeClaims, claimKey)
        if let claim, claim.uid == uid {
            if claim["spec", "volumeName"]?.string == self.volume.name, phase != "Bound" {
                plan.then([Self.setPhase("Bound", of: self.volume)])
            }
            return plan
        }
        self.reclaim(ObjectIdentity(resource: .persistentVolumeClaims, key: claimKey, uid: uid), phase, &plan)
        return plan
    }

    /// The claim is gone (a live read says so: a claim may be younger than the cache).
    private func reclaim(_ claim: ObjectIdentity, _ phase: String, _ plan: inout ControllerPlan) {
        if phase != "Released" && phase != "Failed" {
            var action = Self.setPhase("Released", of: self.volume)
            action.preconditions = [.absent(claim)]
            plan.then([action])
        }
        guard self.volume["spec", "persistentVolumeReclaimPolicy"] == "Delete",
            self.volume["metadata", "annotations", "pv.kubernetes.io/provisioned-by"]?.string
                == PersistentVolumeReconciler.provisioner
        else { return }
        var action = ControllerAction(
            .delete(uid: self.volume.uid),
            .persistentVolumes,
            ObservedObjects.key(of: self.volume),
            tolerated: .absence
        )
        action.preconditions = [.absent(claim)]
        plan.then([action])
    }

    /// A volume that is to go waits until it is bound to nothing.
    private func release(_ phase: String, _ plan: inout ControllerPlan) {
        guard self.volume.finalizers.contains(Self.protection), phase != "Bound" else {
            if phase == "Bound", let key = Self.claimKey(of: self.volume),
                self.cache.object(.persistentVolumeClaims, key)?.uid != self.volume["spec", "claimRef", "uid"]?.string
            {
                var action = Self.setPhase("Released", of: self.volume)
                action.preconditions = [
                    .absent(
                        ObjectIdentity(
                            resource: .persistentVolumeClaims,
                            key: key,
                            uid: self.volume["spec", "claimRef", "uid"]?.string ?? ""
                        )
                    )
                ]
                plan.then([action])
            }
            return
        }
        var volume = self.volume
        volume["metadata", "finalizers"] = .array(
            volume.finalizers.filter { $0 != Self.protection }.map(JSONValue.string)
        )
        plan.then([
            ControllerAction(
                .update(subresource: nil),
                .persistentVolumes,
                ObservedObjects.key(of: volume),
                body: volume
            )
        ])
    }
}
