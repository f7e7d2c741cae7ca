// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import KubernetesClient

/// Writes Events one after another, so that no sync waits for them; repetitions raise a count.
final class EventRecorder: Sendable {
    enum Limits {
        /// Events whose count is remembered.
        static let remembered = 4096
        /// Records that wait to be written; beyond it new ones are dropped, since events are told on a best-effort basis.
        static let pending = 10_000
    }

    private struct Entry: Sendable {
        var record: EventRecord
        var component: String
    }

    private let client: KubernetesClient
    private let now: @Sendable () -> WallTime
    private let stream: AsyncStream<Entry>
    private let continuation: AsyncStream<Entry>.Continuation

    init(client: KubernetesClient, now: @escaping @Sendable () -> WallTime) {
        self.client = client
        self.now = now
        (self.stream, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Limits.pending))
    }

    /// Puts an event in line.
    func record(_ record: EventRecord, component: String) {
        self.continuation.yield(Entry(record: record, component: record.component ?? component))
    }

    /// Writes until cancelled; what waits then is lost.
    func run() async {
        var known: [EventBody.Identity: (name: String, count: Int64)] = [:]
        for await entry in self.stream {
            let body = EventBody(record: entry.record, component: entry.component, now: self.now())
            let identity = body.identity
            if known.count > Limits.remembered { known = [:] }
            if let (name, count) = known[identity] {
                if await self.raise(name, in: body.namespace, body.patch(count: count + 1)) {
                    known[identity] = (name, count + 1)
                    continue
                }
            }
            if await self.create(body) { known[identity] = (body.name, 1) }
        }
    }

    private func raise(_ name: String, in namespace: String, _ patch: JSONValue) async -> Bool {
        var request = APIRequest(.patch, .events, namespace: namespace, name: name, body: patch)
        request.patchType = .merge
        return await self.send(request)
    }

    private func create(_ body: EventBody) async -> Bool {
        await self.send(APIRequest(.create, .events, namespace: body.namespace, body: body.object))
    }

    /// An event that cannot be written (its namespace is going away, the server too) is lost, as upstream's are.
    private func send(_ request: APIRequest) async -> Bool {
        do {
            return try await self.client.transport.send(request).status < 400
        } catch {
            return false
        }
    }
}
