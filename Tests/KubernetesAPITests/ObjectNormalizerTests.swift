// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import Testing

@Suite struct ObjectNormalizerTests {
    private func normal(_ text: String, as kind: String, keep: Bool = false) throws -> (JSONValue, [String]) {
        var normalizer = ObjectNormalizer(keepsUnknownFields: keep)
        let value = try normalizer.normalize(JSONValue(parsing: text), as: kind)
        return (value, normalizer.unknownFields)
    }

    @Test func emptyFieldsGoAndWrittenOnesCome() throws {
        let (value, _) = try self.normal(
            #"{"metadata":{"name":"p","labels":{}},"spec":{"hostNetwork":false,"containers":[{"name":"c","image":"i","command":[]}]}}"#,
            as: "Pod"
        )
        #expect(
            value == [
                "metadata": ["name": "p"],
                "spec": ["containers": [["name": "c", "image": "i", "resources": .emptyObject]]],
                "status": .emptyObject,
            ]
        )
    }

    @Test func quantitiesAndTimesAreCanonical() throws {
        let (value, _) = try self.normal(
            #"{"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"0.5","memory":1024}}}]},"status":{"startTime":"2026-11-24T14:00:00+01:00"}}"#,
            as: "Pod"
        )
        let limits = value["spec", "containers"]?.array?.first?["resources", "limits"]
        #expect(limits == ["cpu": "500m", "memory": "1024"])
        #expect(value["status", "startTime"] == "2026-11-24T13:00:00Z")
    }

    @Test func pointersKeepTheirZero() throws {
        let (value, _) = try self.normal(#"{"spec":{"replicas":0,"minReadySeconds":0}}"#, as: "StatefulSet")
        #expect(value["spec", "replicas"] == 0)
        #expect(value["spec", "minReadySeconds"] == nil)
        #expect(value["status"] == ["replicas": 0, "availableReplicas": 0])
    }

    @Test func unknownFieldsAreReportedWithTheirPath() throws {
        let text =
            #"{"spec":{"template":{"spec":{"containers":[{"name":"c","imagePullpolicy":"x"}]}},"nope":1},"extra":{}}"#
        let (dropped, fields) = try self.normal(text, as: "StatefulSet")
        #expect(fields == ["spec.template.spec.containers[0].imagePullpolicy", "spec.nope", "extra"])
        #expect(dropped["extra"] == nil)
        #expect(try self.normal(text, as: "StatefulSet", keep: true).0["spec", "nope"] == 1)
    }

    @Test(arguments: [
        (
            #"{"spec":{"replicas":"three"}}"#, "StatefulSet",
            "json: cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32"
        ),
        (
            #"{"data":{"a":1}}"#, "ConfigMap",
            "json: cannot unmarshal number into Go struct field ConfigMap.data of type string"
        ),
        (
            #"{"metadata":{"name":true}}"#, "StatefulSet",
            "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string"
        ),
    ])
    func wrongTypes(text: String, kind: String, message: String) throws {
        #expect(throws: ObjectNormalizer.TypeError(description: message)) { try self.normal(text, as: kind) }
    }

    @Test func everyReferenceOfTheSchemaLeadsSomewhere() {
        for (name, definition) in Schema.standard.definitions {
            for field in definition.fields {
                var type = field.type
                while true {
                    if case .list(let element) = type {
                        type = element
                    } else if case .map(let element) = type {
                        type = element
                    } else {
                        break
                    }
                }
                if case .object(let target) = type {
                    #expect(Schema.standard.definition(target) != nil, "\(name).\(field.name) is a \(target)")
                }
                if case .key(let key) = field.merge {
                    #expect(
                        Schema.standard.element(of: field.type)?.field(key) != nil,
                        "\(name).\(field.name) has no \(key)"
                    )
                }
            }
        }
    }
}
