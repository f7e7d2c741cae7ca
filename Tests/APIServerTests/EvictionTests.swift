// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import KubernetesClient
import Testing

/// The eviction subresource, case by case, each on a cluster of one pod and its budgets.
@Suite struct EvictionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var phase = "Running"
        var isReady = true
        var policy: String?
        var status: JSONValue = [
            "observedGeneration": 1, "disruptionsAllowed": 1, "currentHealthy": 3, "desiredHealthy": 2,
        ]
        var budgets = 1
        var isDryRun = false
        var code: Int
        var cause: String?
        var allowedAfter: Int64?
        var isTerminatingAfter = false

        var testDescription: String { self.name }
    }

    static let cases: [Case] = [
        Case(name: "allowed, and charged", code: 201, allowedAfter: 0, isTerminatingAfter: true),
        Case(name: "a dry run changes nothing", isDryRun: true, code: 201, allowedAfter: 1),
        Case(
            name: "used up",
            status: ["observedGeneration": 1, "disruptionsAllowed": 0, "currentHealthy": 2, "desiredHealthy": 2],
            code: 429,
            cause: "The disruption budget b0 needs 2 healthy pods and has 2 currently",
            allowedAfter: 0
        ),
        Case(
            name: "not seen by the disruption controller yet",
            status: ["observedGeneration": 0, "disruptionsAllowed": 1, "currentHealthy": 3, "desiredHealthy": 2],
            code: 429,
            cause: "The disruption budget b0 is still being processed by the server.",
            allowedAfter: 1
        ),
        Case(
            name: "pending pods cost nothing",
            phase: "Pending",
            isReady: false,
            status: ["observedGeneration": 1, "disruptionsAllowed": 0, "currentHealthy": 2, "desiredHealthy": 2],
            code: 201,
            allowedAfter: 0,
            isTerminatingAfter: true
        ),
        Case(
            name: "not ready, budget healthy: free",
            isReady: false,
            status: ["observedGeneration": 1, "disruptionsAllowed": 0, "currentHealthy": 2, "desiredHealthy": 2],
            code: 201,
            allowedAfter: 0,
            isTerminatingAfter: true
        ),
        Case(
            name: "not ready, budget in deficit: refused",
            isReady: false,
            status: ["observedGeneration": 1, "disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 2],
            code: 429,
            cause: "The disruption budget b0 needs 2 healthy pods and has 1 currently",
            allowedAfter: 0
        ),
        Case(
            name: "not ready, deficit, AlwaysAllow: free",
            isReady: false,
            policy: "AlwaysAllow",
            status: ["observedGeneration": 1, "disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 2],
            code: 201,
            allowedAfter: 0,
            isTerminatingAfter: true
        ),
        Case(name: "two budgets", budgets: 2, code: 500, allowedAfter: 1),
        Case(name: "no budget", budgets: 0, code: 201, isTerminatingAfter: true),
    ]

    @Test("who may be evicted, and what it costs", arguments: cases)
    func evicts(_ example: Case) throws {
        let server = APIServer()
        try self.prepare(server, example)
        var request = APIRequest(.create, .pods, namespace: "default", name: "p", subresource: "eviction")
        request.body = ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": "p"]]
        if example.isDryRun { request.parameters["dryRun"] = "All" }
        let response = server.answer(request)
        #expect(response.status == example.code, "\(response.body)")
        #expect(response.body["details", "causes"]?.array?.first?["message"]?.string == example.cause)
        let pod = server.answer(APIRequest(.get, .pods, namespace: "default", name: "p")).body
        let isTerminating = pod["metadata", "deletionTimestamp"] != nil
        #expect(isTerminating == example.isTerminatingAfter)
        let budget = server.answer(APIRequest(.get, .podDisruptionBudgets, namespace: "default", name: "b0")).body
        #expect(budget["status", "disruptionsAllowed"]?.integer == example.allowedAfter)
        let isCharged = example.isTerminatingAfter && example.isReady && example.budgets == 1
        let isNoted = budget["status", "disruptedPods", "p"] != nil
        #expect(isNoted == isCharged)
    }

    @Test("many at once never take more than the budget holds")
    func concurrent() async throws {
        let server = APIServer()
        try self.prepare(server, Case(name: "", code: 201))
        for index in 0..<20 { try self.makePod(server, "q\(index)", Case(name: "", code: 201)) }
        let accepted = await withTaskGroup(of: Int.self) { group in
            for index in 0..<20 {
                group.addTask {
                    let body: JSONValue = ["metadata": ["name": .string("q\(index)")]]
                    var request = APIRequest(.create, .pods, namespace: "default", name: "q\(index)", body: body)
                    request.subresource = "eviction"
                    return server.answer(request).status == 201 ? 1 : 0
                }
            }
            return await group.reduce(0, +)
        }
        #expect(accepted == 1)
    }

    private func prepare(_ server: APIServer, _ example: Case) throws {
        try self.makePod(server, "p", example)
        for index in 0..<example.budgets {
            var spec: JSONValue = ["maxUnavailable": 1, "selector": ["matchLabels": ["app": "x"]]]
            spec["unhealthyPodEvictionPolicy"] = example.policy.map(JSONValue.string)
            let name = JSONValue.string("b\(index)")
            let body: JSONValue = ["metadata": ["name": name], "spec": spec]
            let budget = server.answer(APIRequest(.create, .podDisruptionBudgets, namespace: "default", body: body))
            try #require(budget.status == 201, "\(budget.body)")
            var request = APIRequest(.patch, .podDisruptionBudgets, namespace: "default", name: "b\(index)")
            request.subresource = "status"
            request.patchType = .merge
            var status = example.status
            status["expectedPods"] = 3
            request.body = ["status": status]
            let patched = server.answer(request)
            try #require(patched.status == 200, "\(patched.body)")
        }
    }

    private func makePod(_ server: APIServer, _ name: String, _ example: Case) throws {
        let body: JSONValue = [
            "metadata": ["name": .string(name), "labels": ["app": "x"]],
            "spec": ["nodeName": "n", "containers": [["name": "c", "image": "i"]]],
        ]
        let pod = server.answer(APIRequest(.create, .pods, namespace: "default", body: body))
        try #require(pod.status == 201, "\(pod.body)")
        var request = APIRequest(.patch, .pods, namespace: "default", name: name, subresource: "status")
        request.patchType = .merge
        let ready: JSONValue = ["type": "Ready", "status": example.isReady ? "True" : "False"]
        request.body = ["status": ["phase": .string(example.phase), "conditions": [ready]]]
        let patched = server.answer(request)
        try #require(patched.status == 200, "\(patched.body)")
    }
}
