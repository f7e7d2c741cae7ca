// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import Testing

@Suite struct BetaVersionTests {
    private func decode(_ text: String, _ resource: GroupVersionResource) throws -> JSONValue {
        let definition = try #require(ResourceRegistry.standard.definition(of: resource))
        return try definition.decode(JSONValue(parsing: text), version: resource.version, fieldValidation: .strict)
            .object
    }

    private let set = #"""
        {"apiVersion":"apps/v1beta1","kind":"StatefulSet","metadata":{"name":"kafka"},"spec":{"serviceName":"k","replicas":3,
        "template":{"metadata":{"labels":{"app":"kafka"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        """#
    private let resource = GroupVersionResource(group: "apps", version: "v1beta1", resource: "statefulsets")

    @Test func setsOfTheBetaAreOnDeleteAndSelectByTheirTemplatesLabels() throws {
        let object = try self.decode(self.set, self.resource)
        #expect(object["apiVersion"] == "apps/v1")
        #expect(object["spec", "updateStrategy"] == ["type": "OnDelete"])
        #expect(object["spec", "selector"] == ["matchLabels": ["app": "kafka"]])
        #expect(object["metadata", "labels"] == ["app": "kafka"])
        #expect(object["spec", "revisionHistoryLimit"] == 10)
    }

    @Test func anExplicitRollingUpdateStaysWithoutSettings() throws {
        let text = self.set.replacing(
            #""serviceName":"k""#,
            with: #""serviceName":"k","updateStrategy":{"type":"RollingUpdate"}"#
        )
        #expect(try self.decode(text, self.resource)["spec", "updateStrategy"] == ["type": "RollingUpdate"])
        let stable = text.replacing("apps/v1beta1", with: "apps/v1").replacing(
            #""serviceName""#,
            with: #""selector":{"matchLabels":{"app":"kafka"}},"serviceName""#
        )
        #expect(try self.decode(stable, .statefulSets)["spec", "updateStrategy"] == ["type": "RollingUpdate"])
    }

    @Test func inV1ASetWithoutStrategyRolls() throws {
        let text = self.set.replacing("apps/v1beta1", with: "apps/v1")
        let strategy = try self.decode(text, .statefulSets)["spec", "updateStrategy"]
        #expect(strategy == ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]])
    }

    @Test func anEmptySelectorOfABetaBudgetSelectsNothing() throws {
        let resource = GroupVersionResource(group: "policy", version: "v1beta1", resource: "poddisruptionbudgets")
        let text =
            #"{"apiVersion":"policy/v1beta1","kind":"PodDisruptionBudget","metadata":{"name":"b"},"spec":{"selector":{}}}"#
        let object = try self.decode(text, resource)
        let selector = try #require(PodDisruptionBudget(json: object).spec.selector)
        #expect(!selector.matches(["app": "x"]))
        let definition = try #require(ResourceRegistry.standard.definition(of: resource))
        let back = definition.encode(object, version: "v1beta1")
        #expect(back["apiVersion"] == "policy/v1beta1")
        #expect(back["spec", "selector"] == .emptyObject)
    }
}
