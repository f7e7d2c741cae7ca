// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

extension APIServer {
    /// POST of `pods/NAME/binding`: a scheduler gives a pod its node, once.
    func bind(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        let body = request.api.body ?? .emptyObject
        let node = body["target", "name"]?.string ?? ""
        let kind = body["target", "kind"]?.string ?? ""
        guard !node.isEmpty else { throw StatusError(code: 500, reason: "", message: "target.name: Required value") }
        guard kind.isEmpty || kind == "Node" else {
            let error = FieldError(
                .notSupported,
                "target.kind",
                value: .string(kind),
                detail: "supported values: \"Node\", \"<empty>\""
            )
            throw StatusError(code: 500, reason: "", message: "\(error)")
        }
        guard body.name == request.name else {
            throw .badRequest("name in URL does not match name in Binding object")
        }
        let outcome: JSONValue?
        do {
            outcome = try self.store.update(request.key, of: request.stored) { current in
                let assigned = current["spec", "nodeName"]?.string ?? ""
                let conflict: String? =
                    if current.isTerminating {
                        "pod \(request.name) is being deleted, cannot be assigned to a host"
                    } else if !assigned.isEmpty {
                        "pod \(request.name) is already assigned to node \"\(assigned)\""
                    } else {
                        nil
                    }
                if let conflict {
                    throw StatusError.conflict(
                        GroupVersionResource(group: "", version: "v1", resource: "pods/binding"),
                        name: request.name,
                        because: conflict
                    )
                }
                var pod = current
                pod["spec", "nodeName"] = .string(node)
                self.labelTopology(of: &pod, node: node)
                pod.setCondition(type: "PodScheduled", status: "True", at: self.timestamp(), isObserved: false)
                return request.options.isDryRun ? .keep(pod) : .write(pod)
            }
        } catch let error as StatusError {
            throw error
        } catch {
            throw .internalError("\(error)")
        }
        guard outcome != nil else { throw request.notFound }
        return .success(201)
    }
}

extension APIResponse {
    /// A `Status` without anything to say.
    static func success(_ code: Int) -> APIResponse {
        APIResponse(
            status: code,
            body: [
                "kind": "Status", "apiVersion": "v1", "metadata": .emptyObject, "status": "Success",
                "code": .integer(Int64(code)),
            ]
        )
    }
}

extension JSONValue {
    /// Sets a condition of `status.conditions`; its time of transition changes only with its status.
    mutating func setCondition(
        type: String,
        status: String,
        reason: String? = nil,
        message: String? = nil,
        at time: String,
        hasProbeTime: Bool = true,
        isObserved: Bool = true
    ) {
        var conditions = self["status", "conditions"]?.array ?? []
        var condition: JSONValue = ["type": .string(type), "status": .string(status)]
        if hasProbeTime { condition["lastProbeTime"] = .null }
        condition["reason"] = reason.map(JSONValue.string)
        condition["message"] = message.map(JSONValue.string)
        condition["lastTransitionTime"] = .string(time)
        if isObserved { condition["observedGeneration"] = self["metadata", "generation"] }
        if let index = conditions.firstIndex(where: { $0["type"]?.string == type }) {
            if conditions[index]["status"]?.string == status {
                condition["lastTransitionTime"] = conditions[index]["lastTransitionTime"]
            }
            conditions[index] = condition
        } else {
            conditions.append(condition)
        }
        self["status", "conditions"] = .array(conditions)
    }
}
