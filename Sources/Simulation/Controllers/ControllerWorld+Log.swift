// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Controllers
import JSON
import KubernetesAPI

/// How a run's log names things.
extension ControllerWorld {
    static func describe(_ change: ObjectChange) -> String {
        let name =
            "\(change.resource.resource) \(change.key) version \(change.object["metadata", "resourceVersion"]?.string ?? "-")"
        guard let new = change.new else { return "\(name) is gone" }
        if change.resource == .pods {
            let pod = PodState(new)
            let health = pod.isTerminating ? "terminating" : pod.isRunningAndReady ? "ready" : "not ready"
            return "\(name) \(pod.uid) \(pod.revision) \(pod.phase) \(health)"
        }
        return "\(name) spec \(new["spec"] ?? .null) status \(new["status"] ?? .null)"
    }

    static func describe(_ answer: PlanRun.Answer) -> String {
        switch answer {
        case .success: "done"
        case .refused(let error): "refused: \(error.message)"
        case .unmet(let reason): "not sent: \(reason)"
        case .failed(let reason): "no answer: \(reason)"
        }
    }
}
