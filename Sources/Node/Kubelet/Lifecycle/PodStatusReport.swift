// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON
import KubernetesAPI

/// What a kubelet reports of a pod: the fields of `status` that are its own, as a strategic merge patch has them.
package struct PodStatusReport: Hashable, Sendable {
    /// The fields of `status`; conditions are merged by type, so that those of others stay.
    package var status: JSONValue
}

/// A condition of a pod as it was last reported.
struct PodConditionState: Hashable, Sendable {
    var type: String
    var isTrue: Bool
    var reason: String?
    var message: String?
    var since: KubernetesTime

    var json: JSONValue {
        [
            "type": .string(self.type),
            "status": .string(self.isTrue ? "True" : "False"),
            "lastTransitionTime": .string(self.since.description),
            // Null takes away what an earlier report said.
            "reason": self.reason.map(JSONValue.string) ?? .null,
            "message": self.message.map(JSONValue.string) ?? .null,
        ]
    }
}
