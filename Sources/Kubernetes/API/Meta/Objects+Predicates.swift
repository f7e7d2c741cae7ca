// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What is asked of objects so often that it has a name; the rules are those of upstream's controllers.
extension Pod {
    /// The condition of that type, or nil.
    public func condition(_ type: String) -> Condition? {
        self.status.conditions.first { $0.type == type }
    }

    /// Whether the condition `Ready` is true, whatever the phase.
    public var hasReadyCondition: Bool { self.condition("Ready")?.status == "True" }

    /// Whether it runs and is ready.
    public var isRunningAndReady: Bool { self.status.phase == "Running" && self.hasReadyCondition }

    /// Whether it has ended for good.
    public var isTerminal: Bool { self.status.phase == "Succeeded" || self.status.phase == "Failed" }

    /// Whether it is ready and has been for that long.
    public func isAvailable(minReadySeconds: Int64, now: KubernetesTime) -> Bool {
        guard let ready = self.condition("Ready"), ready.status == "True" else { return false }
        if minReadySeconds == 0 { return true }
        guard let since = ready.lastTransitionTime else { return false }
        return KubernetesTime(seconds: since.seconds + minReadySeconds, nanoseconds: since.nanoseconds) <= now
    }
}

extension Node {
    /// Whether the condition `Ready` is true.
    public var isReady: Bool { self.status.conditions.contains { $0.type == "Ready" && $0.status == "True" } }
}

extension ObjectMeta {
    /// The objects that this one belongs to.
    public var ownerReferences: [OwnerReference] {
        get { self[views: "ownerReferences"] }
        set { self[views: "ownerReferences"] = newValue }
    }

    /// The owner that manages the object, or nil.
    public var controller: OwnerReference? { self.ownerReferences.first { $0.isController } }

    /// Who has to clean up before the object goes.
    public var finalizers: [String] {
        get { self[texts: "finalizers"] }
        set { self[texts: "finalizers"] = newValue }
    }

    /// What the server is to begin a name with when none is given.
    public var generateName: String {
        get { self[text: "generateName"] }
        set { self[text: "generateName"] = newValue }
    }

    /// Seconds the object has from its deletion to its end.
    public var deletionGracePeriodSeconds: Int64? {
        get { self[integer: "deletionGracePeriodSeconds"] }
        set { self[integer: "deletionGracePeriodSeconds"] = newValue }
    }

    /// Whether its deletion was asked for.
    public var isTerminating: Bool { self.deletionTimestamp != nil }
}

extension KubernetesObject {
    /// A reference from an object that this one is to own and manage.
    public var controllerReference: OwnerReference {
        var reference = OwnerReference()
        reference.apiVersion = Self.resource.apiVersion
        reference.kind = Self.kind
        reference.name = self.metadata.name
        reference.uid = self.metadata.uid
        reference.isController = true
        reference.blockOwnerDeletion = true
        return reference
    }
}

extension PodTemplate {
    /// The metadata of the pods.
    public var metadata: ObjectMeta {
        get { ObjectMeta(json: self.json["metadata"] ?? .emptyObject) }
        set { self.json["metadata"] = newValue.json }
    }
}

extension StorageClass {
    /// Whether claims that name no class get this one.
    public var isDefault: Bool {
        self.metadata.annotations["storageclass.kubernetes.io/is-default-class"] == "true"
    }
}

extension PersistentVolumeClaim {
    /// How much storage is asked for.
    public var requestedStorage: Quantity? { self.spec.resources.requests["storage"] }
}
