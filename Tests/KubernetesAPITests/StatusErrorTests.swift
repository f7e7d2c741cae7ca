// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import Testing

@Suite struct StatusErrorTests {
    @Test func theStatusObject() throws {
        let error = StatusError.notFound(.statefulSets, name: "web")
        let expected = try JSONValue(
            parsing: """
                {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","code":404,"reason":"NotFound",
                "message":"statefulsets.apps \\"web\\" not found",
                "details":{"name":"web","group":"apps","kind":"statefulsets"}}
                """
        )
        #expect(error.json == expected)
        #expect(StatusError(json: expected, code: 500) == error)
    }

    @Test func invalidNamesEachTextOnceAndEachCauseAlways() {
        let problem = FieldError.invalid("metadata.uid", "x", "field is immutable")
        let error = StatusError.invalid(kind: "Pod", group: "", name: "p", [problem, problem])
        #expect(error.message == "Pod \"p\" is invalid: metadata.uid: Invalid value: \"x\": field is immutable")
        #expect(error.details?.causes.count == 2)
    }

    @Test(arguments: [
        (FieldError.required("spec.containers"), "spec.containers: Required value"),
        (
            .invalid("spec.replicas", -1, "must be greater than or equal to 0"),
            "spec.replicas: Invalid value: -1: must be greater than or equal to 0"
        ),
        (.notSupported("a", "b", ["X", "Y"]), "a: Unsupported value: \"b\": supported values: \"X\", \"Y\""),
        (.forbidden("spec", "no"), "spec: Forbidden: no"),
        (
            .duplicate(FieldPath("a").index(1).child("name"), "x"),
            "a[1].name: Duplicate value: \"x\""
        ),
        (.tooLong("data", maxBytes: 5), "data: Too long: may not be more than 5 bytes"),
        (.notFound("a", "x"), "a: Not found: \"x\""),
    ])
    func fieldErrors(error: FieldError, text: String) { #expect(error.description == text) }

    @Test func percentages() {
        #expect(IntOrString.string("50%").scaled(of: 3, roundingUp: true) == 2)
        #expect(IntOrString.string("50%").scaled(of: 3, roundingUp: false) == 1)
        #expect(IntOrString.int(7).scaled(of: 3, roundingUp: true) == 7)
        #expect(IntOrString.string("half").scaled(of: 3, roundingUp: true) == nil)
    }
}
