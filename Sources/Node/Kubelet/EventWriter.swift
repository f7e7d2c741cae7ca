// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient
import Synchronization

/// Writes a kubelet's events; one that comes again raises the count of the first.
final class EventWriter: Sendable {
    private struct Record: Hashable, Sendable {
        var event: PodLifecycle.PodEvent
        var reference: JSONValue
    }

    private struct Written {
        var name: String
        var count: Int64
    }

    private let client: KubernetesClient
    private let host: String
    private let records: AsyncStream<Record>
    private let continuation: AsyncStream<Record>.Continuation

    init(client: KubernetesClient, host: String) {
        self.client = client
        self.host = host
        (self.records, self.continuation) = AsyncStream.makeStream(
            of: Record.self,
            bufferingPolicy: .bufferingNewest(Limits.eventsMax)
        )
    }

    /// Takes an event; returns at once. Events are for people: under pressure the oldest are dropped.
    func record(_ event: PodLifecycle.PodEvent, about pod: Pod) {
        let metadata = pod.metadata
        var reference: JSONValue = [
            "apiVersion": "v1", "kind": "Pod", "name": .string(metadata.name),
            "namespace": .string(metadata.namespace), "uid": .string(metadata.uid),
            "resourceVersion": .string(metadata.resourceVersion),
        ]
        if let container = event.container {
            let list = pod.spec.initContainers.contains { $0.name == container } ? "initContainers" : "containers"
            reference["fieldPath"] = .string("spec.\(list){\(container)}")
        }
        var event = event
        event.message = String(decoding: event.message.utf8.prefix(Limits.eventMessageBytesMax), as: UTF8.self)
        self.continuation.yield(Record(event: event, reference: reference))
    }

    /// Writes events until the task is cancelled.
    func run() async {
        var written: [Record: Written] = [:]
        for await record in self.records {
            var key = record
            key.reference["resourceVersion"] = nil
            let now = WallClock.time
            do {
                if let known = written[key] {
                    let count = known.count + 1
                    let namespace = record.reference["namespace"]?.string
                    let patch: JSONValue = [
                        "count": .integer(count), "lastTimestamp": .string(now.description),
                    ]
                    _ = try await self.client.patch(Event.self, known.name, namespace: namespace, patch)
                    written[key]?.count = count
                } else {
                    let name = try await self.create(record, now: now)
                    if written.count >= Limits.rememberedEventsMax { written = [:] }
                    written[key] = Written(name: name, count: 1)
                }
            } catch {
                // An event that is lost is a lesser evil than a kubelet that waits for it; the next one starts anew.
                written[key] = nil
            }
        }
    }

    private func create(_ record: Record, now: KubernetesTime) async throws -> String {
        let nanoseconds = UInt64(now.seconds) * 1_000_000_000 + UInt64(now.nanoseconds)
        let name = "\(record.reference["name"]?.string ?? "").\(String(nanoseconds, radix: 16))"
        let event = Event(json: [
            "apiVersion": "v1", "kind": "Event",
            "metadata": ["name": .string(name), "namespace": record.reference["namespace"] ?? "default"],
            "involvedObject": record.reference,
            "type": .string(record.event.type), "reason": .string(record.event.reason),
            "message": .string(record.event.message), "count": 1,
            "firstTimestamp": .string(now.description), "lastTimestamp": .string(now.description),
            "source": ["component": "kubelet", "host": .string(self.host)],
            "reportingComponent": "kubelet", "reportingInstance": .string(self.host),
            "eventTime": .null,
        ])
        _ = try await self.client.create(event)
        return name
    }
}
