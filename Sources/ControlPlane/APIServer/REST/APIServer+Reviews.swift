// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import KubernetesAPI
import KubernetesClient

/// What is asked about the one who asks: whoever reaches the server on its loopback address may do everything.
extension APIServer {
    private static let groups: JSONValue = ["system:masters", "system:authenticated"]

    /// POST of a review: the question comes back with its answer.
    func review(_ request: ResolvedRequest) -> APIResponse {
        let body = request.api.body ?? .emptyObject
        var answer: JSONValue = [
            "kind": .string(request.definition.kind), "apiVersion": .string(request.api.resource.apiVersion),
            "metadata": .emptyObject,
        ]
        answer["spec"] = body["spec"]
        switch request.definition.kind {
        case "SelfSubjectReview":
            answer["spec"] = nil
            answer["metadata", "creationTimestamp"] = .string(self.timestamp())
            answer["status"] = ["userInfo": ["username": "admin", "uid": "admin", "groups": Self.groups]]
        case "SelfSubjectRulesReview":
            answer["status"] = [
                "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]],
                "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]], "incomplete": false,
            ]
        case _:
            answer["status"] = ["allowed": true]
        }
        return APIResponse(status: 201, body: answer)
    }

    /// POST of `serviceaccounts/NAME/token`: a token in the form of those of a real cluster. Nothing here checks tokens,
    /// so it is not signed.
    func issueToken(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        guard let account = self.store.object(request.key, of: request.stored) else { throw request.notFound }
        var body = request.api.body ?? .emptyObject
        let seconds = body["spec", "expirationSeconds"]?.integer ?? 3_600
        guard seconds >= 600 else {
            let text = "may not specify a duration less than 10 minutes"
            throw .invalid(
                kind: "TokenRequest",
                group: "authentication.k8s.io",
                name: "",
                [.invalid("spec.expirationSeconds", .integer(seconds), text)]
            )
        }
        var audiences = body["spec", "audiences"]?.array ?? []
        if audiences.isEmpty { audiences = ["https://kubernetes.default.svc.cluster.local"] }
        let now = Int64(self.configuration.now())
        let claims: JSONValue = [
            "aud": .array(audiences), "exp": .integer(now + seconds), "iat": .integer(now), "nbf": .integer(now),
            "iss": "https://kubernetes.default.svc.cluster.local",
            "kubernetes.io": [
                "namespace": .string(request.namespace),
                "serviceaccount": ["name": .string(request.name), "uid": .string(account.uid)],
            ],
            "sub": .string("system:serviceaccount:\(request.namespace):\(request.name)"),
        ]
        let header: JSONValue = ["alg": "none", "typ": "JWT"]
        body["kind"] = "TokenRequest"
        body["apiVersion"] = "authentication.k8s.io/v1"
        body["metadata"] = [
            "name": .string(request.name), "namespace": .string(request.namespace),
            "creationTimestamp": .string(self.timestamp()),
        ]
        body["spec", "audiences"] = .array(audiences)
        body["spec", "expirationSeconds"] = .integer(seconds)
        body["status"] = [
            "token": .string("\(Self.segment(header)).\(Self.segment(claims))."),
            "expirationTimestamp": .string(self.timestamp(after: seconds)),
        ]
        return APIResponse(status: 201, body: body)
    }

    /// A part of a token: base 64 in the alphabet of URLs, unpadded.
    private static func segment(_ value: JSONValue) -> String {
        let text = Data(value.bytes).base64EncodedString()
        return String(
            text.compactMap { character -> Character? in
                switch character {
                case "+": "-"
                case "/": "_"
                case "=": nil
                case let other: other
                }
            }
        )
    }
}
