// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import KubernetesClient
import Testing

/// What a client can send wrong, over a real socket: upstream's status codes, and nothing has changed afterwards.
@Suite("bad input over HTTP")
struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var method: String
        var path: String
        var type = "application/json"
        var body = ""
        var status: Int
        var message = ""

        var testDescription: String { "\(self.method) \(self.path) \(self.body.prefix(60))" }
    }

    private static let sets = "/apis/apps/v1/namespaces/default/statefulsets"
    private static let maps = "/api/v1/namespaces/default/configmaps"
    private static let json = "application/json-patch+json"
    private static let merge = "application/merge-patch+json"
    private static let strategic = "application/strategic-merge-patch+json"
    private static let apply = "application/apply-patch+yaml"

    static let cases: [Case] = [
        // Bodies
        Case(method: "POST", path: maps, body: "{", status: 400, message: "json parse error"),
        Case(method: "POST", path: maps, body: "", status: 400, message: "<empty>"),
        Case(method: "POST", path: maps, body: "[1]", status: 400, message: "unrecognized"),
        Case(method: "POST", path: maps, type: "text/plain", body: "{}", status: 415, message: "unknown format"),
        Case(method: "POST", path: maps, body: #"{"data":{"a":1}}"#, status: 400, message: "cannot unmarshal number"),
        Case(method: "POST", path: maps, body: #"{"data":[]}"#, status: 400, message: "cannot unmarshal array"),
        Case(method: "POST", path: maps, body: #"{"kind":"Pod"}"#, status: 400, message: "cannot be handled as"),
        Case(method: "POST", path: maps, body: #"{"apiVersion":"v2"}"#, status: 400, message: "does not match"),
        Case(method: "POST", path: maps, body: "{}", status: 422, message: "name or generateName is required"),
        Case(method: "POST", path: maps, body: #"{"metadata":{"name":"UP"}}"#, status: 422, message: "RFC 1123"),
        Case(
            method: "POST",
            path: maps,
            body: #"{"metadata":{"name":"x","namespace":"other"}}"#,
            status: 400,
            message: "does not match the namespace"
        ),
        Case(
            method: "POST",
            path: maps,
            body: #"{"metadata":{"name":"x","resourceVersion":"7"}}"#,
            status: 500,
            message: "resourceVersion should not be set"
        ),
        Case(
            method: "POST",
            path: "\(maps)?fieldValidation=Strict",
            body: #"{"metadata":{"name":"x"},"nope":1}"#,
            status: 400,
            message: #"unknown field "nope""#
        ),
        Case(
            method: "POST",
            path: "\(maps)?fieldValidation=Strict",
            body: #"{"metadata":{"name":"x","name":"y"}}"#,
            status: 400,
            message: "duplicate field"
        ),
        Case(method: "POST", path: "\(maps)?fieldValidation=Loud", body: "{}", status: 422, message: "fieldValidation"),
        Case(method: "POST", path: "\(maps)?dryRun=Some", body: "{}", status: 422, message: "dryRun"),
        Case(
            method: "POST",
            path: "/api/v1/namespaces/absent/configmaps",
            body: #"{"metadata":{"name":"x"}}"#,
            status: 404
        ),
        Case(method: "PUT", path: "\(maps)/absent", body: #"{"metadata":{"name":"absent"}}"#, status: 404),
        Case(
            method: "PUT",
            path: "\(maps)/m",
            body: #"{"metadata":{"name":"n"}}"#,
            status: 400,
            message: "(n) does not match"
        ),
        Case(
            method: "PUT",
            path: "\(maps)/m",
            body: #"{"metadata":{"name":"m","resourceVersion":"1"}}"#,
            status: 409,
            message: "the object has been modified"
        ),
        Case(
            method: "PUT",
            path: "\(maps)/m",
            body: #"{"metadata":{"name":"m","uid":"other"}}"#,
            status: 409,
            message: "Precondition failed"
        ),
        // Paths and methods
        Case(method: "GET", path: "/api/v1/namespaces/default/nopes", status: 404),
        Case(method: "GET", path: "\(maps)/absent", status: 404, message: "not found"),
        Case(method: "POST", path: "\(maps)/m", body: "{}", status: 405),
        Case(method: "PUT", path: maps, body: "{}", status: 405),
        Case(method: "PATCH", path: maps, type: merge, body: "{}", status: 405),
        Case(method: "GET", path: "\(maps)/m/scale", status: 404),
        // Patches
        Case(method: "PATCH", path: "\(maps)/m", body: "{}", status: 415),
        Case(method: "PATCH", path: "\(maps)/m", type: merge, body: "{", status: 400),
        Case(method: "PATCH", path: "\(maps)/m", type: merge, body: "[]", status: 400, message: "error decoding patch"),
        Case(method: "PATCH", path: "\(maps)/m", type: json, body: "{}", status: 400, message: "jsonPatchOp"),
        Case(
            method: "PATCH",
            path: "\(maps)/m",
            type: json,
            body: #"[{"op":"remove","path":"/data/zz"}]"#,
            status: 422
        ),
        Case(
            method: "PATCH",
            path: "\(maps)/m",
            type: json,
            body: #"[{"op":"test","path":"/data/a","value":"9"}]"#,
            status: 422
        ),
        Case(method: "PATCH", path: "\(maps)/m", type: merge, body: #"{"data":{"a":[]}}"#, status: 422),
        Case(method: "PATCH", path: "\(maps)/m", type: merge, body: #"{"metadata":{"name":"z"}}"#, status: 400),
        Case(method: "PATCH", path: "\(maps)/m?force=true", type: merge, body: "{}", status: 422, message: "force"),
        Case(
            method: "PATCH",
            path: "\(sets)/s",
            type: strategic,
            body: #"{"spec":{"template":{"$patch":"nope"}}}"#,
            status: 500,
            message: "nope"
        ),
        Case(method: "PATCH", path: "\(sets)/s", type: merge, body: #"{"spec":{"serviceName":"other"}}"#, status: 422),
        Case(method: "PATCH", path: "\(sets)/s/scale", type: merge, body: #"{"spec":{"replicas":-1}}"#, status: 422),
        // Server-side apply
        Case(
            method: "PATCH",
            path: "\(maps)/m",
            type: apply,
            body: "{}",
            status: 422,
            message: "is required for apply patch"
        ),
        Case(
            method: "PATCH",
            path: "\(maps)/m?fieldManager=x",
            type: apply,
            body: "a: [",
            status: 400,
            message: "YAML"
        ),
        Case(method: "PATCH", path: "\(maps)/m?fieldManager=x", type: apply, body: "- a", status: 400, message: "YAML"),
        Case(
            method: "PATCH",
            path: "\(maps)/m?fieldManager=x",
            type: apply,
            body: "metadata: {name: m}",
            status: 400,
            message: "invalid object type: /, Kind="
        ),
        Case(
            method: "PATCH",
            path: "\(maps)/m?fieldManager=x",
            type: apply,
            body: "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, nope: 1}",
            status: 500,
            message: ".nope: field not declared in schema"
        ),
        Case(
            method: "PATCH",
            path: "\(maps)/m?fieldManager=x",
            type: apply,
            body: "{apiVersion: v1, kind: ConfigMap, metadata: {name: n}}",
            status: 400,
            message: "(n) does not match"
        ),
        Case(
            method: "PATCH",
            path: "\(maps)/m?fieldManager=x",
            type: apply,
            body: "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: \"9\"}}",
            status: 409,
            message: "Apply failed with 1 conflict"
        ),
        Case(
            method: "PATCH",
            path: "\(maps)/m?fieldManager=\(String(repeating: "x", count: 129))",
            type: apply,
            body: "{}",
            status: 422,
            message: "may not be more than 128 bytes"
        ),
        Case(method: "PATCH", path: "\(maps)/m/status?fieldManager=x", type: apply, body: "{}", status: 404),
        // Lists
        Case(method: "GET", path: "\(maps)?labelSelector=a%20b", status: 400),
        Case(method: "GET", path: "\(maps)?labelSelector=a%20in%20%28", status: 400),
        Case(method: "GET", path: "\(maps)?fieldSelector=data", status: 400),
        Case(method: "GET", path: "\(maps)?fieldSelector=spec.nope%3D1", status: 400),
        Case(method: "GET", path: "\(maps)?limit=x", status: 400),
        Case(method: "GET", path: "\(maps)?continue=nonsense", status: 400, message: "continue key is not valid"),
        Case(method: "GET", path: "\(maps)?resourceVersion=x", status: 400),
        Case(method: "GET", path: "\(maps)?resourceVersionMatch=Exact", status: 422),
        Case(method: "GET", path: "\(maps)?resourceVersion=0&resourceVersionMatch=Exact", status: 422),
        Case(method: "GET", path: "\(maps)?resourceVersion=1&resourceVersionMatch=Maybe", status: 422),
        Case(method: "GET", path: "\(maps)?watch=1&resourceVersion=x", status: 500),
        Case(method: "GET", path: "\(maps)?watch=1&sendInitialEvents=true", status: 422),
        // Deletions
        Case(method: "DELETE", path: "\(maps)/m", body: "{", status: 400),
        Case(method: "DELETE", path: "\(maps)/m", body: #"{"kind":"Pod","apiVersion":"v1"}"#, status: 400),
        Case(method: "DELETE", path: "\(maps)/m", body: #"{"propagationPolicy":"Sideways"}"#, status: 422),
        Case(
            method: "DELETE",
            path: "\(maps)/m",
            body: #"{"preconditions":{"uid":"other"}}"#,
            status: 409,
            message: "does not match the UID in record"
        ),
        Case(
            method: "DELETE",
            path: "\(maps)/m",
            body: #"{"preconditions":{"resourceVersion":"1"}}"#,
            status: 409,
            message: "does not match the ResourceVersion in record"
        ),
        Case(method: "DELETE", path: "\(maps)/m?propagationPolicy=Sideways", status: 422),
    ]

    private static func prepared() throws -> APIServer {
        let server = APIServer()
        let map: JSONValue = ["metadata": ["name": "m"], "data": ["a": "1"]]
        let made = server.answer(
            APIRequest(.create, .configMaps, namespace: "default", body: map),
            userAgent: "maker/1"
        )
        try #require(made.status == 201)
        let template: JSONValue = [
            "metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "c", "image": "i"]]],
        ]
        let set: JSONValue = [
            "metadata": ["name": "s"],
            "spec": ["serviceName": "s", "selector": ["matchLabels": ["a": "b"]], "template": template],
        ]
        try #require(
            server.answer(APIRequest(.create, .statefulSets, namespace: "default", body: set)).status == 201
        )
        return server
    }

    @Test("is refused with upstream's code and changes nothing", arguments: cases)
    func refused(_ example: Case) async throws {
        let server = try Self.prepared()
        let before = server.answer(APIRequest(.list, .configMaps, namespace: "default")).body["items"]
        let answer = try await SocketServer.with(server) { socket in
            try await socket.send(example.method, example.path, type: example.type, body: example.body)
        }
        #expect(answer.status == example.status, "\(answer.body)")
        #expect(answer.body["kind"]?.string == "Status")
        #expect(answer.body["code"]?.integer == Int64(example.status))
        let message = answer.body["message"]?.string ?? ""
        #expect(example.message.isEmpty || message.contains(example.message), "\(message)")
        #expect(server.answer(APIRequest(.list, .configMaps, namespace: "default")).body["items"] == before)
    }
}
