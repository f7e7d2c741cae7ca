// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One look at a claim.
struct ClaimSync {
    static let protection = "kubernetes.io/pvc-protection"
    static let provisionerAnnotations = [
        "volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner",
    ]

    let claim: JSONValue
    let cache: ObservedObjects

    private var key: ObjectName { ObservedObjects.key(of: self.claim) }

    func plan() -> ControllerPlan {
        var plan = ControllerPlan()
        if self.claim.isTerminating {
            self.release(&plan)
            return plan
        }
        if let name = self.claim["spec", "volumeName"]?.string, !name.isEmpty {
            self.follow(self.cache.object(.persistentVolumes, ObjectName(namespace: "", name: name)), name, &plan)
        } else if let volume = self.findVolume() {
            self.bind(to: volume, &plan)
        } else {
            self.provision(&plan)
        }
        return plan
    }

    /// A claim that is to go waits for the pods that use it.
    private func release(_ plan: inout ControllerPlan) {
        guard self.claim.finalizers.contains(Self.protection) else { return }
        let users = self.cache.objects(.pods, in: self.key.namespace).filter { pod in
            pod["spec", "nodeName"]?.string ?? "" != ""
                && (pod["spec", "volumes"]?.array ?? []).contains {
                    $0["persistentVolumeClaim", "claimName"]?.string == self.claim.name
                }
        }
        if let user = users.first {
            plan.waiting = WaitingReason(.deleting, self.claim.name, detail: "pod \(user.name) uses it")
            return
        }
        var claim = self.claim
        claim["metadata", "finalizers"] = .array(
            claim.finalizers.filter { $0 != Self.protection }.map(JSONValue.string)
        )
        plan.then([self.update(claim)])
    }

    /// A bound claim tells its volume's capacity; one whose volume is gone is lost.
    private func follow(_ volume: JSONValue?, _ name: String, _ plan: inout ControllerPlan) {
        guard let volume else {
            guard self.claim["status", "phase"] != "Lost" else { return }
            guard self.claim["metadata", "annotations", "pv.kubernetes.io/bind-completed"] != nil else {
                plan.waiting = WaitingReason(.unbound, self.claim.name, detail: "volume \(name) is not there")
                return
            }
            plan.then([self.setStatus(["phase": "Lost"])])
            plan.events.append(
                self.event(
                    .warning,
                    "ClaimLost",
                    "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
                )
            )
            return
        }
        let reference = volume["spec", "claimRef"]
        if let uid = reference?["uid"]?.string, uid != self.claim.uid {
            plan.waiting = WaitingReason(.unbound, self.claim.name, detail: "volume \(name) belongs to another claim")
            return
        }
        self.bind(to: volume, &plan)
    }

    /// Both sides name each other; each write that is missing is made.
    private func bind(to volume: JSONValue, _ plan: inout ControllerPlan) {
        if volume["spec", "claimRef", "uid"]?.string != self.claim.uid {
            var volume = volume
            volume["spec", "claimRef"] = Self.reference(to: self.claim)
            volume["metadata", "annotations", "pv.kubernetes.io/bound-by-controller"] = "yes"
            plan.then([
                ControllerAction(
                    .update(subresource: nil),
                    .persistentVolumes,
                    ObservedObjects.key(of: volume),
                    body: volume
                )
            ])
        }
        if volume["status", "phase"] != "Bound" { plan.then([VolumeSync.setPhase("Bound", of: volume)]) }
        let annotations = self.claim["metadata", "annotations"]
        if self.claim["spec", "volumeName"]?.string != volume.name
            || annotations?["pv.kubernetes.io/bind-completed"] == nil
        {
            var patch: JSONValue = ["spec": ["volumeName": .string(volume.name)]]
            patch["metadata", "annotations", "pv.kubernetes.io/bind-completed"] = "yes"
            if self.claim["spec", "volumeName"]?.string != volume.name {
                patch["metadata", "annotations", "pv.kubernetes.io/bound-by-controller"] = "yes"
            }
            patch["metadata", "uid"] = .string(self.claim.uid)
            plan.then([ControllerAction(.mergePatch(subresource: nil), .persistentVolumeClaims, self.key, body: patch)])
        }
        var status: JSONValue = ["phase": "Bound"]
        status["accessModes"] = volume["spec", "accessModes"]
        status["capacity"] = volume["spec", "capacity"]
        let known = self.claim["status"]
        if known?["phase"] != "Bound" || known?["capacity"] != status["capacity"]
            || known?["accessModes"] != status["accessModes"]
        {
            plan.then([self.setStatus(status)])
        }
    }

    // MARK: - Volumes

    /// The volume that names this claim, or for a claim without class the smallest one that fits and is free.
    private func findVolume() -> JSONValue? {
        let volumes = self.cache.objects(.persistentVolumes).filter { !$0.isTerminating }
        if let reserved = volumes.first(where: { volume in
            guard VolumeSync.claimKey(of: volume) == self.key else { return false }
            let uid = volume["spec", "claimRef", "uid"]?.string ?? ""
            return uid.isEmpty || uid == self.claim.uid
        }) {
            return reserved
        }
        let selector = self.claim["spec", "selector"].map { ObjectSelector($0) }
        return volumes.filter { volume in
            volume["spec", "claimRef"] == nil && volume["status", "phase"] == "Available"
                && volume["spec", "storageClassName"]?.string ?? "" == self.className
                && self.modes(of: self.claim).isSubset(of: self.modes(of: volume))
                && selector?.matches(volume) ?? true
                && (self.size(of: volume).map { $0 >= self.size(of: self.claim) ?? $0 } ?? false)
        }.min { self.size(of: $0) ?? Quantity(0) < self.size(of: $1) ?? Quantity(0) }
    }

    private var className: String { self.claim["spec", "storageClassName"]?.string ?? "" }

    private func modes(of object: JSONValue) -> Set<String> {
        Set((object["spec", "accessModes"]?.array ?? []).compactMap(\.string))
    }

    private func size(of object: JSONValue) -> Quantity? {
        (object["spec", "capacity", "storage"] ?? object["spec", "resources", "requests", "storage"])
            .flatMap(Quantity.init(json:))
    }

    // MARK: - Provisioning

    private func provision(_ plan: inout ControllerPlan) {
        let storageClass = self.cache.object(.storageClasses, ObjectName(namespace: "", name: self.className))
        guard !self.className.isEmpty, let storageClass, let provisioner = storageClass["provisioner"]?.string else {
            if self.className.isEmpty {
                plan.notices.append(
                    self.event(
                        .normal,
                        "FailedBinding",
                        "no persistent volumes available for this claim and no storage class is set"
                    )
                )
            } else {
                plan.notices.append(
                    self.event(
                        .warning,
                        "ProvisioningFailed",
                        "storageclass.storage.k8s.io \"\(self.className)\" not found"
                    )
                )
            }
            plan.waiting = WaitingReason(.unbound, self.claim.name, detail: "no volume fits")
            return
        }
        guard provisioner == PersistentVolumeReconciler.provisioner else {
            self.announce(to: provisioner, &plan)
            return
        }
        let volume = self.makeVolume(storageClass)
        var action = ControllerAction(
            .create,
            .persistentVolumes,
            ObservedObjects.key(of: volume),
            body: volume,
            tolerated: .existence
        )
        action.successEvent = self.event(
            .normal,
            "ProvisioningSucceeded",
            "Successfully provisioned volume \(volume.name)"
        )
        action.failureEvent = self.event(
            .warning,
            "ProvisioningFailed",
            "failed to provision volume with StorageClass \"\(self.className)\": \(EventRecord.errorPlaceholder)"
        )
        plan.then([action])
    }

    private func makeVolume(_ storageClass: JSONValue) -> JSONValue {
        let name = "pvc-\(self.claim.uid)"
        return [
            "apiVersion": "v1", "kind": "PersistentVolume",
            "metadata": [
                "name": .string(name),
                "annotations": ["pv.kubernetes.io/provisioned-by": .string(PersistentVolumeReconciler.provisioner)],
            ],
            "spec": [
                "capacity": ["storage": self.claim["spec", "resources", "requests", "storage"] ?? "1Gi"],
                "accessModes": self.claim["spec", "accessModes"] ?? ["ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": storageClass["reclaimPolicy"] ?? "Delete",
                "storageClassName": .string(self.className),
                "volumeMode": self.claim["spec", "volumeMode"] ?? "Filesystem",
                "hostPath": ["path": .string(PersistentVolumeReconciler.pathPrefix + name), "type": ""],
                "claimRef": Self.reference(to: self.claim),
            ],
        ]
    }

    /// A foreign provisioner looks for its name in the claim's annotations.
    private func announce(to provisioner: String, _ plan: inout ControllerPlan) {
        let annotations = self.claim["metadata", "annotations"]
        if Self.provisionerAnnotations.contains(where: { annotations?[$0]?.string != provisioner }) {
            var claim = self.claim
            for name in Self.provisionerAnnotations { claim["metadata", "annotations", name] = .string(provisioner) }
            plan.then([self.update(claim)])
        }
        plan.notices.append(
            self.event(
                .normal,
                "ExternalProvisioning",
                "Waiting for a volume to be created either by the external provisioner '\(provisioner)' or manually by the "
                    + "system administrator. If volume creation is delayed, please verify that the provisioner is running "
                    + "and correctly registered."
            )
        )
        plan.waiting = WaitingReason(
            .unbound,
            self.claim.name,
            detail: "provisioner \(provisioner) has not made a volume"
        )
    }

    // MARK: - Writes

    static func reference(to claim: JSONValue) -> JSONValue {
        var reference: JSONValue = ["kind": "PersistentVolumeClaim", "apiVersion": "v1"]
        for field in ["namespace", "name", "uid", "resourceVersion"] { reference[field] = claim["metadata"]?[field] }
        return reference
    }

    private func update(_ claim: JSONValue) -> ControllerAction {
        ControllerAction(.update(subresource: nil), .persistentVolumeClaims, self.key, body: claim)
    }

    private func setStatus(_ status: JSONValue) -> ControllerAction {
        ControllerAction(
            .mergePatch(subresource: "status"),
            .persistentVolumeClaims,
            self.key,
            body: ["metadata": ["uid": .string(self.claim.uid)], "status": status]
        )
    }

    private func event(_ kind: EventRecord.Kind, _ reason: String, _ message: String) -> EventRecord {
        EventRecord(about: self.claim, kind: "PersistentVolumeClaim", apiVersion: "v1", kind, reason, message)
    }
}
