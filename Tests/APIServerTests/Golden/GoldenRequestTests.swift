// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import Foundation
import JSON
import Testing

/// Recorded requests of a real control plane through our defaulting, validation, patches and update rules.
@Suite(.enabled(if: GoldenCase.folder != nil, "no recordings at SEATRIAL_GOLDEN"))
struct GoldenRequestTests {
    /// Steps that differ, each with its reason; the list may only shrink.
    private static let known: [String: [Int: String]] = [
        "l2-create-defaults": [56: Reason.everyAnswer, 73: Reason.http],
        "l3-invalid-bodies": [
            24: Reason.order, 44: Reason.admission, 63: Reason.http, 64: Reason.http, 67: Reason.errorWarnings,
            69: Reason.errorWarnings,
        ],
        "l4-immutable-updates": [
            21: Reason.updateFirst, 22: Reason.emptied,
            24: Reason.diff, 25: Reason.diff, 26: Reason.diff, 27: Reason.diff, 29: Reason.diff, 34: Reason.diff,
            28: Reason.controllers, 35: Reason.admission, 36: Reason.controllers, 37: Reason.diff, 54: Reason.http,
        ],
        "l5-error-codes": [
            6: Reason.admission, 14: Reason.http, 16: Reason.http, 27: Reason.http, 33: Reason.http, 34: Reason.http,
            35: Reason.http, 38: Reason.http, 39: Reason.http, 40: Reason.http, 43: Reason.kept, 45: Reason.http,
            50: Reason.order, 52: Reason.kept, 55: Reason.kept, 56: Reason.order,
            58: Reason.kept, 59: Reason.http, 70: Reason.http, 71: Reason.http, 73: Reason.beta,
        ],
        "l6-patches": [22: Reason.order, 42: Reason.order, 43: Reason.order, 81: Reason.controllers],
    ]

    private enum Reason {
        static let everyAnswer = "the request handler adds the deprecation to every answer"
        static let http = "decided by the request handler or the HTTP layer"
        static let admission = "decided by admission"
        static let controllers = "needs what a controller wrote in between"
        static let errorWarnings = "the request handler adds warnings to refusals"
        static let diff = "on purpose: no diff of upstream's internal structures"
        static let kept = "on purpose: unknown fields are kept when they are ignored"
        static let order = "on purpose: members of the text in a message are sorted"
        static let updateFirst = "not yet: what may not change is told before what is invalid"
        static let emptied = "not yet: labels that a patch emptied are told as if there were none"
        static let beta = "on purpose: apps/v1beta1 is served"
    }

    @Test(arguments: [
        "l2-create-defaults", "l3-invalid-bodies", "l4-immutable-updates", "l5-error-codes", "l6-patches",
    ])
    func answersAreThoseOfTheRecording(name: String) throws {
        var server = GoldenServer()
        var (equal, total) = (0, 0)
        for step in try GoldenCase(name).steps {
            guard let target = server.target(of: step.path) else { continue }
            if let answer = server.answer(step, target) {
                total += 1
                let problem = Self.difference(answer, step)
                if problem == nil { equal += 1 }
                let reason = Self.known[name]?[step.number]
                if let problem, reason == nil {
                    Issue.record("\(name) step \(step.number) \(step.method) \(step.path) \(step.note): \(problem)")
                } else if problem == nil, reason != nil {
                    Issue.record("\(name) step \(step.number) is equal now; take it off the list")
                }
            }
            if step.answer["kind"]?.string == target.definition.kind, step.answer["metadata", "name"] != nil {
                server.remember(step.answer, target)
            }
        }
        print("\(name): \(equal) of \(total) requests answered as recorded")
    }

    private static func difference(_ answer: GoldenServer.Answer, _ step: GoldenCase.Step) -> String? {
        if answer.status != step.status {
            return "status \(answer.status), expected \(step.status)\n  \(answer.body)\n  expected \(step.answer)"
        }
        let isStatus = step.path.hasSuffix("/status") || step.status == 201 || step.answer["kind"] == "Status"
        let (ours, theirs) = (
            Self.masked(answer.body, isStatus: isStatus), Self.masked(step.answer, isStatus: isStatus)
        )
        if ours != theirs { return Self.firstDifference(ours, theirs, "") ?? "unequal" }
        if answer.warnings != step.warnings { return "warnings \(answer.warnings), expected \(step.warnings)" }
        return nil
    }

    /// What admission and storage add is theirs to test.
    private static func masked(_ body: JSONValue, isStatus: Bool) -> JSONValue {
        var body = body
        for field in ["managedFields", "uid", "resourceVersion", "creationTimestamp"] { body["metadata"]?[field] = nil }
        // Controllers write between two steps: the status, and the labels of a pod that was bound.
        if !isStatus { body["status"] = nil }
        for label in ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"] {
            body["metadata", "labels", label] = nil
        }
        if body["metadata", "labels"] == .emptyObject { body["metadata", "labels"] = nil }
        switch body["kind"]?.string {
        case "Pod":
            for field in ["tolerations", "priority", "preemptionPolicy", "serviceAccountName", "serviceAccount"] {
                body["spec"]?[field] = nil
            }
            var spec = body["spec"] ?? .emptyObject
            spec["volumes"] = Self.without(spec["volumes"], "kube-api-access")
            if var containers = spec["containers"]?.array {
                for index in containers.indices {
                    containers[index]["volumeMounts"] = Self.without(
                        containers[index]["volumeMounts"],
                        "kube-api-access"
                    )
                }
                spec["containers"] = .array(containers)
            }
            body["spec"] = spec
        case "PersistentVolumeClaim":
            body["metadata"]?["finalizers"] = nil
            body["spec"]?["storageClassName"] = nil
        case "Service":
            for field in ["clusterIP", "clusterIPs"] { body["spec"]?[field] = nil }
            if var ports = body["spec", "ports"]?.array {
                for index in ports.indices { ports[index]["nodePort"] = nil }
                body["spec", "ports"] = .array(ports)
            }
        case "Node": body["spec"]?["taints"] = nil
        default: break
        }
        return body
    }

    private static func without(_ list: JSONValue?, _ prefix: String) -> JSONValue? {
        let rest = (list?.array ?? []).filter { !($0["name"]?.string ?? "").hasPrefix(prefix) }
        return rest.isEmpty ? nil : .array(rest)
    }

    private static func firstDifference(_ ours: JSONValue, _ theirs: JSONValue, _ path: String) -> String? {
        switch (ours, theirs) {
        case (.object(let left), .object(let right)):
            for key in Set(left.keys).union(right.keys).sorted() {
                guard left[key] != right[key] else { continue }
                guard let ours = left[key], let theirs = right[key] else {
                    return "\(path).\(key): \(left[key]?.text ?? "absent"), expected \(right[key]?.text ?? "absent")"
                }
                return Self.firstDifference(ours, theirs, "\(path).\(key)")
            }
            return nil
        case (.array(let left), .array(let right)) where left.count == right.count:
            for index in left.indices where left[index] != right[index] {
                return Self.firstDifference(left[index], right[index], "\(path)[\(index)]")
            }
            return nil
        default: return "\(path): \(ours), expected \(theirs)"
        }
    }
}
