// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import KubernetesClient
import KubernetesHTTP
import NIOCore
import Testing

/// One body, two transports: a client cannot tell them apart.
@Suite(.timeLimit(.minutes(1))) struct TransportConformanceTests {
    private func configMap(_ name: String, _ data: JSONValue = ["k": "v"]) -> JSONValue {
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": data]
    }

    @Test("objects are created, read, listed, replaced, patched and deleted", arguments: TransportKind.allCases)
    func lifeOfAnObject(kind: TransportKind) async throws {
        try await withTransport(kind) { transport in
            let client = KubernetesClient(transport)
            func request(_ verb: APIRequest.Verb, name: String? = "a", body: JSONValue? = nil) -> APIRequest {
                APIRequest(verb, .configMaps, namespace: "default", name: name, body: body)
            }
            let created = try await client.send(request(.create, name: nil, body: self.configMap("a")))
            #expect(created["metadata", "uid"]?.string?.count == 36)
            #expect(created["kind"] == "ConfigMap")
            #expect(try await client.send(request(.get)) == created)

            var list = request(.list, name: nil)
            list.parameters["fieldSelector"] = "metadata.name=a"
            let items = try await client.send(list)["items"]?.array
            #expect(items?.count == 1)
            let carriesKind = items?.first?["kind"] != nil
            #expect(!carriesKind, "items of lists carry no kind")

            var replaced = created
            replaced["data", "k"] = "w"
            let updated = try await client.send(request(.update, body: replaced))
            #expect(updated["metadata", "resourceVersion"] != created["metadata", "resourceVersion"])
            let stale = await #expect(throws: StatusError.self) {
                try await client.send(request(.update, body: replaced))
            }
            #expect(stale?.code == 409)
            #expect(stale?.message.contains("the object has been modified") == true)

            var patch = request(.patch, body: ["data": ["k": .null, "n": "1"]])
            patch.patchType = .merge
            #expect(try await client.send(patch)["data"] == ["n": "1"])
            let deleted = try await client.send(request(.delete))
            #expect(deleted["status"] == "Success")
            #expect(deleted["details", "uid"] == created["metadata", "uid"])
            let gone = await #expect(throws: StatusError.self) { try await client.send(request(.get)) }
            #expect(gone?.message == "configmaps \"a\" not found")
        }
    }

    @Test("a watch shows every change in order and ends at a refusal", arguments: TransportKind.allCases)
    func watch(kind: TransportKind) async throws {
        try await withTransport(kind) { transport in
            let client = KubernetesClient(transport)
            var request = APIRequest(.watch, .configMaps, namespace: "default")
            request.parameters["labelSelector"] = "=="
            let refusal = await #expect(throws: StatusError.self) { _ = try await transport.watch(request) }
            #expect(refusal?.code == 400)

            request.parameters = [:]
            let events = try await transport.watch(request)
            for name in ["a", "b"] {
                try await client.send(
                    APIRequest(.create, .configMaps, namespace: "default", body: self.configMap(name))
                )
            }
            try await client.send(APIRequest(.delete, .configMaps, namespace: "default", name: "a"))
            var seen: [String] = []
            for try await event in events {
                switch event {
                case .added(let object): seen.append("+\(ObjectKey(of: object).name)")
                case .modified(let object): seen.append("~\(ObjectKey(of: object).name)")
                case .deleted(let object): seen.append("-\(ObjectKey(of: object).name)")
                case .bookmark, .error: seen.append("?")
                }
                if seen.count == 3 { break }
            }
            #expect(seen == ["+a", "+b", "-a"])
        }
    }

    @Test("a cache follows a server through changes", arguments: TransportKind.allCases)
    func cache(kind: TransportKind) async throws {
        try await withTransport(kind) { transport in
            let client = KubernetesClient(transport)
            let (changes, continuation) = AsyncStream<CacheChange>.makeStream()
            let cache = ObjectCache(
                .init(Namespace.self),
                transport: transport,
                onChange: { continuation.yield($0) }
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await cache.run() }
                await cache.waitUntilSynced()
                #expect(cache.object(ObjectKey(namespace: "", name: "default")) != nil)
                let body: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "late"]]
                try await client.send(APIRequest(.create, .namespaces, body: body))
                for await change in changes where ObjectKey(of: change.object).name == "late" { break }
                #expect(cache.objects.contains { ObjectKey(of: $0).name == "late" })
                #expect(cache.objects.allSatisfy { $0["kind"] == "Namespace" })
                group.cancelAll()
            }
        }
    }
}
