// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import Testing

/// What the recordings do not show: refusals of the other kinds, and updates.
@Suite struct ValidationTests {
    private func created(_ text: String, _ resource: GroupVersionResource) throws -> JSONValue {
        let definition = try #require(ResourceRegistry.standard.definition(of: resource))
        var object = try definition.decode(JSONValue(parsing: text), version: "v1", fieldValidation: .strict).object
        if definition.isNamespaced { object["metadata", "namespace"] = "ns" }
        object["metadata", "uid"] = "u"
        object["metadata", "creationTimestamp"] = "2026-11-24T13:17:00Z"
        _ = try definition.admitCreate(&object)
        return object
    }

    /// The message of a refusal without its head, or nil.
    private func refusal(_ body: () throws -> JSONValue) -> String? {
        do {
            _ = try body()
            return nil
        } catch let error as StatusError {
            return error.message.split(separator: " is invalid: ", maxSplits: 1).last.map(String.init)
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        (
            #"{"metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"}}}"#,
            GroupVersionResource.persistentVolumes, nil
        ),
        (
            #"{"metadata":{"name":"v"},"spec":{"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"}}}"#,
            .persistentVolumes,
            "spec.capacity: Required value"
        ),
        (
            #"{"metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"]}}"#,
            .persistentVolumes,
            "spec: Required value: must specify a volume type"
        ),
        (
            #"{"metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"},"local":{"path":"/y"}}}"#,
            .persistentVolumes, "spec.local: Forbidden: may not specify more than 1 volume type"
        ),
        (#"{"metadata":{"name":"s"},"provisioner":"a/b"}"#, .storageClasses, nil),
        (#"{"metadata":{"name":"s"}}"#, .storageClasses, "provisioner: Required value"),
        (
            #"{"metadata":{"name":"s"},"provisioner":"a/b","reclaimPolicy":"Keep"}"#, .storageClasses,
            #"reclaimPolicy: Unsupported value: "Keep": supported values: "Delete", "Retain""#
        ),
        (
            #"{"metadata":{"name":"n"},"spec":{"taints":[{"key":"k","effect":"Never"}]}}"#, .nodes,
            #"spec.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute""#
        ),
        (
            #"{"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"x"}]}]}"#, .endpoints,
            #"subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"#
        ),
        (
            #"{"metadata":{"name":"r"},"revision":-1,"data":{}}"#, .controllerRevisions,
            "revision: Invalid value: -1: must be greater than or equal to 0"
        ),
        (#"{"metadata":{"name":"e"},"involvedObject":{"namespace":"ns","name":"x"},"reason":"R"}"#, .events, nil),
        (
            #"{"metadata":{"name":"c","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"a","uid":"1","controller":true},{"apiVersion":"v1","kind":"Pod","name":"b","uid":"2","controller":true}]}}"#,
            .configMaps,
            #"metadata.ownerReferences: Invalid value: [{"apiVersion":"v1","controller":true,"kind":"Pod","name":"a","uid":"1"},{"apiVersion":"v1","controller":true,"kind":"Pod","name":"b","uid":"2"}]: Only one reference can have Controller set to true. Found "true" in references for Pod/a and Pod/b"#
        ),
        (
            #"{"metadata":{"generateName":"x-"}}"#, .configMaps,
            "metadata.name: Required value: name or generateName is required"
        ),
    ])
    func creations(text: String, resource: GroupVersionResource, message: String?) {
        #expect(self.refusal { try self.created(text, resource) } == message)
    }

    private let set = #"""
        {"metadata":{"name":"s"},"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},
        "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}}
        """#

    private func updated(_ old: JSONValue, subresource: String? = nil, _ change: (inout JSONValue) -> Void) throws
        -> JSONValue
    {
        let definition = try #require(
            ResourceRegistry.standard.definition(
                apiVersion: old["apiVersion"]?.string ?? "",
                kind: old["kind"]?.string ?? ""
            )
        )
        var object = old
        change(&object)
        _ = try definition.admitUpdate(&object, old: old, subresource: subresource)
        return object
    }

    @Test func aChangedSpecCountsAGenerationAndAStatusDoesNot() throws {
        let old = try self.created(self.set, .statefulSets)
        #expect(old["metadata", "generation"] == 1)
        let scaled = try self.updated(old) { $0["spec", "replicas"] = 5 }
        #expect(scaled["metadata", "generation"] == 2)
        let labelled = try self.updated(old) { $0["metadata", "labels", "x"] = "y" }
        #expect(labelled["metadata", "generation"] == 1)
        let unknown = try self.updated(old) { $0["spec", "unheardOf"] = 1 }
        #expect(unknown["metadata", "generation"] == 1)
        #expect(unknown["spec", "unheardOf"] == 1)
    }

    @Test func specAndStatusAreWrittenApart() throws {
        let old = try self.created(self.set, .statefulSets)
        let viaSpec = try self.updated(old) { $0["status", "replicas"] = 9 }
        #expect(viaSpec["status", "replicas"] == 0)
        let viaStatus = try self.updated(old, subresource: "status") {
            $0["status", "replicas"] = 9
            $0["spec", "replicas"] = 7
        }
        #expect(viaStatus["status", "replicas"] == 9)
        #expect(viaStatus["spec", "replicas"] == 1)
    }

    @Test func whatAClientSendsOfTheServersMetadataIsIgnored() throws {
        let old = try self.created(self.set, .statefulSets)
        let new = try self.updated(old) {
            $0["metadata", "generation"] = 99
            $0["metadata", "uid"] = nil
            $0["metadata", "deletionTimestamp"] = "2026-11-24T13:17:00Z"
        }
        #expect(new == old)
    }

    @Test func classesOfService() throws {
        func qos(_ resources: String) throws -> String? {
            let text =
                #"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i","resources":\#(resources)}]}}"#
            return try self.created(text, .pods)["status", "qosClass"]?.string
        }
        #expect(try qos("{}") == "BestEffort")
        #expect(try qos(#"{"requests":{"cpu":"1"}}"#) == "Burstable")
        #expect(try qos(#"{"limits":{"cpu":"1","memory":"1Gi"}}"#) == "Guaranteed")
        #expect(try qos(#"{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"0.5"}}"#) == "Burstable")
    }
}
