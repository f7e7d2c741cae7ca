// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import Testing

@Suite struct OpenAPITests {
    private let registry = ResourceRegistry.standard

    @Test func everyReferenceLeadsSomewhere() throws {
        for path in [
            "api/v1", "apis/apps/v1", "apis/apps/v1beta1", "apis/policy/v1", "apis/policy/v1beta1",
            "apis/storage.k8s.io/v1",
        ] {
            let document = try #require(self.registry.openAPIv3(path: path))
            let schemas = try #require(document["components", "schemas"]?.object)
            for reference in Self.references(in: document) {
                let name = try #require(reference.split(separator: "/").last.map(String.init))
                #expect(schemas[name] != nil, "\(path): \(reference)")
            }
        }
        let definitions = try #require(self.registry.openAPIv2["definitions"]?.object)
        for reference in Self.references(in: self.registry.openAPIv2) {
            #expect(definitions[reference.split(separator: "/").last.map(String.init) ?? ""] != nil, "\(reference)")
        }
    }

    /// kubectl asks for both: the kind's schema by its group, version and kind, and whether a PATCH takes fieldValidation.
    @Test func whatKubectlLooksFor() throws {
        let document = try #require(self.registry.openAPIv3(path: "apis/apps/v1"))
        let kind: JSONValue = ["group": "apps", "version": "v1", "kind": "StatefulSet"]
        let set = document["components", "schemas", "io.k8s.api.apps.v1.StatefulSet"]
        #expect(set?["x-kubernetes-group-version-kind"] == [kind])
        let patch = document["paths", "/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}", "patch"]
        #expect(patch?["x-kubernetes-group-version-kind"] == kind)
        #expect(
            patch?["parameters"]?.array?.contains { $0["name"] == "fieldValidation" && $0["in"] == "query" } == true
        )
        let containers = document["components", "schemas", "io.k8s.api.core.v1.PodSpec", "properties", "containers"]
        #expect(containers?["x-kubernetes-patch-merge-key"] == "name")
        #expect(containers?["x-kubernetes-patch-strategy"] == "merge")
    }

    @Test func theRootNamesEveryGroupAndVersion() throws {
        let paths = try #require(self.registry.openAPIv3Root["paths"]?.object)
        #expect(
            paths.keys == [
                "api/v1", "apis/apps/v1", "apis/apps/v1beta1", "apis/apps/v1beta2", "apis/authentication.k8s.io/v1",
                "apis/authorization.k8s.io/v1", "apis/batch/v1", "apis/coordination.k8s.io/v1",
                "apis/discovery.k8s.io/v1", "apis/events.k8s.io/v1", "apis/extensions/v1beta1", "apis/policy/v1",
                "apis/policy/v1beta1", "apis/scheduling.k8s.io/v1", "apis/storage.k8s.io/v1",
            ]
        )
        #expect(paths["api/v1"]?["serverRelativeURL"]?.string?.hasPrefix("/openapi/v3/api/v1?hash=") == true)
    }

    private static func references(in value: JSONValue) -> [String] {
        switch value {
        case .object(let object):
            object.flatMap { key, member in
                key == "$ref" ? [member.string].compactMap(\.self) : Self.references(in: member)
            }
        case .array(let elements): elements.flatMap(Self.references)
        case .null, .bool, .integer, .double, .string: []
        }
    }
}
