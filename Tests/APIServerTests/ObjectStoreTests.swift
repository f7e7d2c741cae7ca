// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import KubernetesClient
import Testing

@Suite struct ObjectStoreTests {
    private let key = ObjectKey(namespace: "n", name: "a")

    private func object(_ name: String, _ data: Int = 0) -> JSONValue {
        ["metadata": ["name": .string(name), "namespace": "n"], "data": .integer(Int64(data))]
    }

    @Test("each change raises the one revision, and an unchanged write raises nothing")
    func revisions() throws {
        let store = ObjectStore()
        let created = try #require(store.create(self.object("a"), at: self.key, of: .configMaps))
        #expect(created["metadata", "resourceVersion"] == "2")
        let isTaken = store.create(self.object("a"), at: self.key, of: .configMaps) == nil
        #expect(isTaken)
        store.update(self.key, of: .configMaps) { .write($0) }
        #expect(store.revision == 2)
        store.update(self.key, of: .configMaps) { current in
            var changed = current
            changed["data"] = 1
            return .write(changed)
        }
        let removed = store.update(self.key, of: .configMaps) { .remove($0) }
        #expect(removed?["metadata", "resourceVersion"] == "4")
        let isGone = store.update(self.key, of: .configMaps) { .write($0) } == nil
        #expect(isGone)
        let kinds = store.events(of: .configMaps, after: 0).events.map(\.kind)
        #expect(kinds == [.added, .modified, .deleted])
    }

    @Test("a change is worked out again when another one came first")
    func retries() throws {
        let store = ObjectStore()
        _ = store.create(self.object("a"), at: self.key, of: .configMaps)
        var attempts = 0
        store.update(self.key, of: .configMaps) { current in
            attempts += 1
            if attempts == 1 {
                store.update(self.key, of: .configMaps) { inner in
                    var inner = inner
                    inner["other"] = 1
                    return .write(inner)
                }
            }
            var changed = current
            changed["data"] = 9
            return .write(changed)
        }
        let final = try #require(store.object(self.key, of: .configMaps))
        #expect(attempts == 2)
        #expect(final["other"] == 1)
        #expect(final["data"] == 9)
    }

    @Test("a past state can be listed until its history is forgotten; a reader that far behind is expired")
    func history() {
        var state = StoreState()
        func write(_ data: Int) {
            var object = self.object("a", data)
            object["metadata", "resourceVersion"] = .string("\(state.revision + 1)")
            state.apply(
                StoreRecord(
                    revision: state.revision + 1,
                    resource: .configMaps,
                    key: self.key,
                    object: object,
                    isDeletion: false
                )
            )
        }
        for data in 1...StoreState.Limits.historyEventsMax + 10 { write(data) }
        let floor = Int64(11)
        #expect(state.objects(of: .configMaps, namespace: nil, at: floor - 1) == nil)
        let past = state.objects(of: .configMaps, namespace: nil, at: floor + 5)
        #expect(past?.first?["data"]?.integer == floor + 4)
        #expect(state.objects(of: .configMaps, namespace: "other", at: floor + 5) == [])
        #expect(state.events(of: .configMaps, after: floor - 1).expiredBefore == floor)
        let lag = Int64(StoreState.Limits.lagEventsMax)
        #expect(state.events(of: .configMaps, after: state.revision - lag - 1).expiredBefore != nil)
        let batch = state.events(of: .configMaps, after: state.revision - lag)
        #expect(batch.events.count == StoreState.Limits.batchEventsMax)
        #expect(batch.upTo == state.revision - lag + Int64(StoreState.Limits.batchEventsMax))
        // A quiet resource forgets nothing, whatever the others do.
        #expect(state.events(of: .pods, after: 1).expiredBefore == nil)
    }

    @Test("replaying the records gives the same state")
    func replays() {
        var (live, replayed) = (StoreState(), StoreState())
        var records: [StoreRecord] = []
        for (index, name) in ["a", "b", "a", "b", "a"].enumerated() {
            let record = StoreRecord(
                revision: live.revision + 1,
                resource: .configMaps,
                key: ObjectKey(namespace: "n", name: name),
                object: self.object(name, index),
                isDeletion: index == 3
            )
            records.append(record)
            live.apply(record)
        }
        for record in records { replayed.apply(record) }
        #expect(replayed.objects(of: .configMaps, namespace: nil) == live.objects(of: .configMaps, namespace: nil))
        #expect(replayed.events(of: .configMaps, after: 0) == live.events(of: .configMaps, after: 0))
    }
}
