// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import KubernetesAPI
import KubernetesClient
import Testing

@Suite struct APIRouteTests {
    @Test(
        "paths of objects",
        arguments: [
            ("GET", "/api/v1/pods", "list pods"),
            ("GET", "/api/v1/pods?watch=1", "watch pods"),
            ("GET", "/api/v1/pods?watch=false", "list pods"),
            ("GET", "/api/v1/namespaces/n/pods/p", "get n/pods/p"),
            ("GET", "/api/v1/namespaces/n/pods/p?watch=1", "get n/pods/p"),
            ("GET", "/api/v1/namespaces/n", "get namespaces/n"),
            ("PUT", "/api/v1/namespaces/n/status", "update namespaces/n/status"),
            ("GET", "/api/v1/namespaces/n/status/x", "get n/status/x"),
            ("DELETE", "/apis/apps/v1/namespaces/n/statefulsets", "deletecollection n/statefulsets.apps"),
            ("POST", "/api/v1/namespaces/n/pods/p/eviction", "create n/pods/p/eviction"),
            ("PATCH", "/apis/apps/v1/namespaces/n/statefulsets/s/scale", "patch n/statefulsets.apps/s/scale"),
            ("GET", "/api/v1/watch/namespaces/n/configmaps", "watch n/configmaps"),
            ("GET", "/api/v1/watch/namespaces/n/configmaps/c", "watch n/configmaps/c"),
            ("GET", "/api/v1/namespaces/a%2Fb/pods/%70", "get a/b/pods/p"),
        ]
    )
    func objects(method: String, target: String, expected: String) throws {
        guard case .resource(let request)? = APIRoute(method: method, target: target) else {
            Issue.record("no request")
            return
        }
        var text = request.verb.rawValue + " "
        if let namespace = request.namespace { text += "\(namespace)/" }
        text += "\(request.resource)"
        if let name = request.name { text += "/\(name)" }
        if let subresource = request.subresource { text += "/\(subresource)" }
        #expect(text == expected)
    }

    @Test("parameters are decoded; of a repeated one the first counts")
    func parameters() {
        let route = APIRoute(method: "GET", target: "/api/v1/pods?labelSelector=a%3Db%2Cc&limit=5&limit=6&x=a+b&%zz=%")
        guard case .resource(let request)? = route else {
            Issue.record("no request")
            return
        }
        #expect(request.parameters == ["labelSelector": "a=b,c", "limit": "5", "x": "a b", "%zz": "%"])
    }

    @Test("other paths")
    func others() {
        #expect(APIRoute(method: "GET", target: "/api/") == .groups(isCore: true))
        #expect(APIRoute(method: "GET", target: "/apis") == .groups(isCore: false))
        #expect(APIRoute(method: "GET", target: "/apis/apps") == .group("apps"))
        #expect(APIRoute(method: "GET", target: "/apis/apps/v1") == .groupVersion(group: "apps", version: "v1"))
        #expect(APIRoute(method: "GET", target: "/api/v2") == .groupVersion(group: "", version: "v2"))
        #expect(APIRoute(method: "GET", target: "/openapi/v3/apis/apps/v1") == .openAPIv3("apis/apps/v1"))
        #expect(APIRoute(method: "GET", target: "/readyz?verbose") == .health("readyz"))
        #expect(APIRoute(method: "GET", target: "/nope") == .unknown)
        #expect(APIRoute(method: "POST", target: "/version") == nil)
        #expect(APIRoute(method: "PUT", target: "/api/v1/namespaces/n/pods") == nil)
        #expect(APIRoute(method: "GET", target: "/api/v1/namespaces/n/pods/p/log/more") == nil)
    }

    @Test("a request's path leads back to the request")
    func roundTrip() {
        var request = APIRequest(.list, .statefulSets, namespace: "a b")
        request.parameters = ["labelSelector": "app in (x,y)", "limit": "1"]
        #expect(APIRoute(method: request.method, target: "\(request.path)?\(request.query)") == .resource(request))
    }
}
