// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The decisions about claims and volumes: provision, bind, release, reclaim, and keep what is in use from going.
///
/// Claims of ``provisioner``'s classes get a volume from here; those of a foreign provisioner are announced to it by
/// annotation and bound to what it makes, as upstream does.
public struct PersistentVolumeReconciler: Reconciler {
    /// The provisioner of the controlled cluster's own class: a directory that the kubelet makes at mount.
    public static let provisioner = "seatrial.dev/directory"
    /// Where volumes of that provisioner lie, below the cluster's data directory: `<pathPrefix><volume name>`.
    public static let pathPrefix = "/volumes/"

    public let component = "persistentvolume-controller"
    public let watched: [GroupVersionResource] = [
        .persistentVolumeClaims, .persistentVolumes, .storageClasses, .pods,
    ]

    /// A controller.
    public init() {}

    /// Claims have a namespace, volumes none: a key is one or the other.
    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .persistentVolumeClaims:
            let volume = change.object["spec", "volumeName"]?.string ?? "pvc-\(change.object.uid)"
            return [change.key, ObjectName(namespace: "", name: volume)]
        case .persistentVolumes:
            guard let claim = VolumeSync.claimKey(of: change.object) else { return [change.key] }
            return [change.key, claim]
        case .storageClasses:
            return cache.objects(.persistentVolumeClaims).filter {
                $0["spec", "volumeName"]?.string ?? "" == ""
                    && $0["spec", "storageClassName"]?.string == change.key.name
            }.map(ObservedObjects.key(of:))
        case .pods:
            // A pod that goes may have been the last to use a claim that is to be deleted.
            guard change.new == nil, let pod = change.old else { return [] }
            return (pod["spec", "volumes"]?.array ?? []).compactMap { volume in
                volume["persistentVolumeClaim", "claimName"]?.string.map {
                    ObjectName(namespace: pod.namespace, name: $0)
                }
            }
        default:
            return []
        }
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        if key.namespace.isEmpty {
            return cache.object(.persistentVolumes, key).map { VolumeSync(volume: $0, cache: cache).plan() }
                ?? ControllerPlan()
        }
        return cache.object(.persistentVolumeClaims, key).map { ClaimSync(claim: $0, cache: cache).plan() }
            ?? ControllerPlan()
    }
}
