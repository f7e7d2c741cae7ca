// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// A pod that upstream's OrderedReady would wait for in vain: it is not Ready, and nobody wants its revision any more.
///
/// Upstream leaves it to people to delete such a pod (kubernetes/kubernetes#67250). Under `repair` it is deleted, which
/// takes nobody's service away.
struct BrokenPod {
    /// Why a container waits when its image or configuration is to blame.
    private static let hopeless: Set<String> = [
        "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError",
        "CreateContainerError", "RunContainerError", "CrashLoopBackOff",
    ]

    let revisions: RevisionPlan

    /// Whether the pod is to be deleted, so that the update can go on.
    func matches(_ pod: PodState) -> Bool {
        guard pod.isCreated, !pod.isTerminating, !pod.isRunningAndReady, !pod.isFinished,
            pod.revision != self.revisions.update.name
        else { return false }
        // One of the current revision may be down for a moment; one of an abandoned revision has no future.
        return pod.revision != self.revisions.current.name || Self.isHopeless(pod.object)
    }

    /// Whether a container cannot start as it is.
    static func isHopeless(_ pod: JSONValue) -> Bool {
        let containers =
            (pod["status"]?["initContainerStatuses"]?.array ?? []) + (pod["status"]?["containerStatuses"]?.array ?? [])
        return containers.contains { Self.hopeless.contains($0["state"]?["waiting"]?["reason"]?.string ?? "") }
    }
}
