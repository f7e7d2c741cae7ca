// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import KubernetesClient
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct WatchSessionTests {
    private func configMap(_ name: String, labels: JSONValue = [:]) -> JSONValue {
        ["metadata": ["name": .string(name), "labels": labels], "data": ["k": "v"]]
    }

    private func create(_ server: APIServer, _ body: JSONValue) -> APIResponse {
        server.answer(APIRequest(.create, .configMaps, namespace: "default", body: body))
    }

    private func patch(_ server: APIServer, _ name: String, _ patch: JSONValue) -> APIResponse {
        server.answer(
            APIRequest(.patch, .configMaps, namespace: "default", name: name, body: patch, patchType: .merge)
        )
    }

    private func open(_ server: APIServer, _ parameters: [String: String]) throws -> WatchSession {
        try server.watch(RESTRequest(APIRequest(.watch, .configMaps, namespace: "default", parameters: parameters)))
    }

    private func describe(_ event: WatchEvent?) -> String {
        switch event {
        case .added(let object)?: "ADDED \(ObjectKey(of: object).name)"
        case .modified(let object)?: "MODIFIED \(ObjectKey(of: object).name)"
        case .deleted(let object)?: "DELETED \(ObjectKey(of: object).name)"
        case .bookmark(let object)?:
            "BOOKMARK\(object["metadata", "annotations", "k8s.io/initial-events-end"]?.string == "true" ? " end" : "")"
        case .error(let status)?: "ERROR \(status["code"]?.integer ?? 0)"
        case nil: "end"
        }
    }

    @Test("objects come into view and go out of view with their labels")
    func selectorTransitions() async throws {
        let server = APIServer()
        let session = try self.open(server, ["labelSelector": "app=x", "resourceVersion": "\(self.present(server))"])
        _ = self.create(server, self.configMap("a", labels: ["app": "y"]))
        _ = self.patch(server, "a", ["metadata": ["labels": ["app": "x"]]])
        _ = self.patch(server, "a", ["data": ["k": "w"]])
        let out = self.patch(server, "a", ["metadata": ["labels": ["app": "z"]]])
        _ = server.answer(APIRequest(.delete, .configMaps, namespace: "default", name: "a"))
        #expect(self.describe(await session.next()) == "ADDED a")
        #expect(self.describe(await session.next()) == "MODIFIED a")
        let last = await session.next()
        #expect(self.describe(last) == "DELETED a")
        guard case .deleted(let object)? = last else { return }
        #expect(object["metadata", "labels", "app"] == "x", "shown as it was seen last")
        #expect(object["metadata", "resourceVersion"] == out.body["metadata", "resourceVersion"])
    }

    @Test("sendInitialEvents ends with its bookmark, then what happens follows")
    func initialEvents() async throws {
        let server = APIServer()
        _ = self.create(server, self.configMap("a"))
        let session = try self.open(
            server,
            ["sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"]
        )
        _ = self.create(server, self.configMap("b"))
        var seen: [String] = []
        for _ in 0..<3 { seen.append(self.describe(await session.next())) }
        #expect(seen == ["ADDED a", "BOOKMARK end", "ADDED b"])
    }

    @Test("a reader more than 1,000 events behind is ended with 410")
    func lag() async throws {
        let server = APIServer()
        let session = try self.open(server, ["resourceVersion": "\(self.present(server))"])
        _ = self.create(server, self.configMap("a"))
        for index in 0...1_000 { _ = self.patch(server, "a", ["data": ["k": .string("\(index)")]]) }
        #expect(self.describe(await session.next()) == "ERROR 410")
        #expect(self.describe(await session.next()) == "end")
    }

    @Test("a waiting reader is woken by a change, and lets go when its task is cancelled")
    func wakes() async throws {
        let server = APIServer()
        let session = try self.open(server, ["resourceVersion": "\(self.present(server))"])
        async let first = session.next()
        _ = self.create(server, self.configMap("a"))
        #expect(self.describe(await first) == "ADDED a")
        await withTaskGroup(of: String.self) { group in
            group.addTask { self.describe(await session.next()) }
            group.cancelAll()
            #expect(await group.next() == "end")
        }
    }

    @Test("bookmarks come by the clock, and a timeout ends the watch")
    func clock() async throws {
        let now = Mutex(1_000.0)
        var configuration = APIServer.Configuration()
        configuration.now = { now.withLock { $0 } }
        let server = APIServer(configuration: configuration)
        let session = try self.open(
            server,
            ["resourceVersion": "\(self.present(server))", "allowWatchBookmarks": "true", "timeoutSeconds": "90"]
        )
        now.withLock { $0 += 61 }
        #expect(self.describe(await session.next()) == "BOOKMARK")
        now.withLock { $0 += 30 }
        #expect(self.describe(await session.next()) == "end")
    }

    @Test("a hundred readers see every change in order")
    func manyReaders() async throws {
        let server = APIServer()
        let sessions = try (0..<100).map { _ in try self.open(server, ["resourceVersion": "\(self.present(server))"]) }
        await withTaskGroup(of: [String].self) { group in
            for session in sessions {
                group.addTask {
                    var versions: [String] = []
                    while versions.count < 200, let event = await session.next() {
                        guard case .added(let object) = event else { break }
                        versions.append(ObjectKey(of: object).name)
                    }
                    return versions
                }
            }
            for index in 0..<200 { _ = self.create(server, self.configMap("c\(index)")) }
            let expected = (0..<200).map { "c\($0)" }
            for await versions in group { #expect(versions == expected) }
        }
    }

    private func present(_ server: APIServer) -> String {
        server.answer(APIRequest(.list, .configMaps)).body["metadata", "resourceVersion"]?.string ?? ""
    }
}
