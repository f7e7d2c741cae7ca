// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// DeleteOptions as a request has them: in its body, or else in its parameters.
struct DeletionOptions: Hashable, Sendable {
    var gracePeriodSeconds: Int64?
    var propagationPolicy: String?
    var uid: String?
    var resourceVersion: String?
    var isDryRun = false

    /// Options from a request.
    /// - Throws: 400 for a body that is none, 422 for values that cannot be.
    init(_ request: ResolvedRequest) throws(StatusError) {
        if let body = request.api.body, body != .emptyObject, !body.isNull {
            try self.init(body: body)
        } else {
            try self.init(body: .emptyObject)
            let parameters = request.api.parameters
            self.gracePeriodSeconds = parameters["gracePeriodSeconds"].flatMap { Int64($0) }
            self.propagationPolicy = parameters["propagationPolicy"]
            try self.validate(orphanDependents: parameters["orphanDependents"] == "true" ? true : nil)
        }
    }

    /// Options from a DeleteOptions object.
    init(body: JSONValue) throws(StatusError) {
        let kind = body["kind"]?.string ?? ""
        if !kind.isEmpty, kind != "DeleteOptions" {
            let version = body["apiVersion"]?.string ?? ""
            throw .badRequest(
                "no kind \"\(kind)\" is registered for version \"\(version)\" in scheme "
                    + "\"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27\""
            )
        }
        self.gracePeriodSeconds = body["gracePeriodSeconds"]?.integer
        self.propagationPolicy = body["propagationPolicy"]?.string
        self.uid = body["preconditions", "uid"]?.string
        self.resourceVersion = body["preconditions", "resourceVersion"]?.string
        self.isDryRun = body["dryRun"]?.array?.isEmpty == false
        try self.validate(orphanDependents: body["orphanDependents"]?.bool)
    }

    private mutating func validate(orphanDependents: Bool?) throws(StatusError) {
        var errors: [FieldError] = []
        if let policy = self.propagationPolicy {
            if orphanDependents != nil {
                errors.append(
                    FieldError(
                        .invalid,
                        "propagationPolicy",
                        value: .string(policy),
                        detail: "orphanDependents and deletionPropagation cannot be both set"
                    )
                )
            }
            if !["Foreground", "Background", "Orphan"].contains(policy) {
                errors.append(
                    FieldError(
                        .notSupported,
                        "propagationPolicy",
                        value: .string(policy),
                        detail: "supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
                    )
                )
            }
        } else if let orphanDependents {
            self.propagationPolicy = orphanDependents ? "Orphan" : "Background"
        }
        guard errors.isEmpty else {
            throw .invalid(kind: "DeleteOptions", group: "meta.k8s.io", name: "", errors)
        }
    }

    /// Refuses when the object is not the one that was meant.
    func check(_ object: JSONValue, kind: String, group: String) throws(StatusError) {
        let subject = GroupVersionResource(group: group, version: "", resource: kind)
        if let uid = self.uid, uid != object.uid {
            throw .conflict(
                subject,
                name: object.name,
                because: "the UID in the precondition (\(uid)) does not match the UID in record (\(object.uid)). "
                    + "The object might have been deleted and then recreated"
            )
        }
        if let version = self.resourceVersion, version != object.resourceVersion {
            throw .conflict(
                subject,
                name: object.name,
                because: "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in "
                    + "record (\(object.resourceVersion ?? "")). The object might have been modified"
            )
        }
    }

    /// The seconds a pod is given: the option, else its own; none where no kubelet has it or where it has ended.
    func podGracePeriod(of pod: JSONValue) -> Int64 {
        var seconds = self.gracePeriodSeconds ?? pod["spec", "terminationGracePeriodSeconds"]?.integer ?? 30
        let phase = pod["status", "phase"]?.string
        if (pod["spec", "nodeName"]?.string ?? "").isEmpty || phase == "Succeeded" || phase == "Failed" { seconds = 0 }
        return seconds < 0 ? 1 : seconds
    }
}
