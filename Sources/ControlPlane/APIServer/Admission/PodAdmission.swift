// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What upstream's admission plugins ServiceAccount, Priority and DefaultTolerationSeconds add to a new pod, whatever else
/// there is in the cluster.
enum PodAdmission {
    static func complete(_ pod: inout JSONValue) {
        var spec = pod["spec"] ?? .emptyObject
        let account = spec["serviceAccountName"]?.string ?? spec["serviceAccount"]?.string ?? ""
        spec["serviceAccountName"] = .string(account.isEmpty ? "default" : account)
        spec["serviceAccount"] = spec["serviceAccountName"]
        if spec["priority"] == nil { spec["priority"] = 0 }
        if spec["preemptionPolicy"] == nil { spec["preemptionPolicy"] = "PreemptLowerPriority" }
        var tolerations = spec["tolerations"]?.array ?? []
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
        where !tolerations.contains(where: { Self.tolerates($0, key: key) }) {
            tolerations.append([
                "key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300,
            ])
        }
        spec["tolerations"] = .array(tolerations)
        pod["spec"] = spec
    }

    /// Whether a toleration is about a NoExecute taint of that key already.
    private static func tolerates(_ toleration: JSONValue, key: String) -> Bool {
        let named = toleration["key"]?.string ?? ""
        let effect = toleration["effect"]?.string ?? ""
        return (named == key || named.isEmpty) && (effect == "NoExecute" || effect.isEmpty)
    }
}
