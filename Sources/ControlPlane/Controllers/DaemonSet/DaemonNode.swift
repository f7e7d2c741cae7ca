// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// A node as a DaemonSet sees it: whether it is to run a pod, and the set's pods there.
struct DaemonNode: Sendable {
    let name: String
    /// Whether a new pod is wanted here.
    let shouldRun: Bool
    /// Whether a pod that is here may stay.
    let shouldContinue: Bool
    /// The set's pods here, the one that counts first; those that are gone but for their object are left out.
    let pods: [PodState]

    init(_ node: JSONValue, set: DaemonSetState, tolerations: [JSONValue], pods: [PodState]) {
        self.name = node.name
        self.pods = pods
        let spec = set.template["spec"]
        let wanted = spec?["nodeName"]?.string ?? ""
        guard wanted.isEmpty || wanted == self.name, NodeMatching.isChosen(node, by: spec) else {
            (self.shouldRun, self.shouldContinue) = (false, false)
            return
        }
        let taints = node["spec"]?["taints"]?.array ?? []
        func isFree(of effects: [String]) -> Bool {
            NodeMatching.untolerated(taints, by: tolerations, effects: effects).isEmpty
        }
        self.shouldRun = isFree(of: ["NoSchedule", "NoExecute"])
        self.shouldContinue = isFree(of: ["NoExecute"])
    }

    /// The pods that are not being deleted.
    var living: [PodState] { self.pods.filter { !$0.isTerminating } }

    /// The living pods by template, if there is at most one of each.
    func pair(_ isUpdated: (PodState) -> Bool) -> (new: PodState?, old: PodState?)? {
        let (new, old) = (self.living.filter(isUpdated), self.living.filter { !isUpdated($0) })
        guard new.count <= 1, old.count <= 1 else { return nil }
        return (new.first, old.first)
    }
}
