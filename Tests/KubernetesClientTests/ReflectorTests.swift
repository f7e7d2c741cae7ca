// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import JSON
import KubernetesClient
import Testing

@Suite struct ReflectorTests {
    private func pod(_ name: String, version: Int, uid: String = "u") -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": "n", "uid": .string(uid), "resourceVersion": .string("\(version)"),
            ],
        ]
    }

    private func list(_ items: [JSONValue], version: Int) -> JSONValue {
        ["metadata": ["resourceVersion": .string("\(version)")], "items": .array(items)]
    }

    private func bookmark(_ version: Int) -> WatchEvent {
        .bookmark(["metadata": ["resourceVersion": .string("\(version)")]])
    }

    @Test("lists, then watches from where the list ended")
    func begins() {
        var reflector = Reflector(apiVersion: "v1", kind: "Pod")
        #expect(reflector.handle(.start, now: .zero) == [.list(attempt: 1)])
        let effects = reflector.handle(
            .listed(self.list([self.pod("a", version: 3)], version: 7), attempt: 1),
            now: .zero
        )
        #expect(
            effects == [.changed(.added(self.pod("a", version: 3))), .synced, .watch(resourceVersion: "7", attempt: 2)]
        )
        #expect(reflector.isSynced)
        #expect(reflector.objects == [self.pod("a", version: 3)])
    }

    @Test("a watch that ends after events is taken up where it stopped; one that brought nothing after a pause")
    func resumes() {
        var reflector = self.synced()
        _ = reflector.handle(.watched(self.bookmark(9), attempt: 2), now: .zero)
        #expect(
            reflector.handle(.watchEnded(expired: false, attempt: 2), now: .zero)
                == [.watch(resourceVersion: "9", attempt: 3)]
        )
        let pause = reflector.handle(.watchEnded(expired: false, attempt: 3), now: .zero)
        #expect(pause == [.wait(until: .zero + Reflector.backoffMin, attempt: 4)])
        #expect(reflector.handle(.waited(attempt: 4), now: .zero) == [.watch(resourceVersion: "9", attempt: 5)])
    }

    @Test("410 leads to a new list, whose difference is told", arguments: [true, false])
    func relists(byEvent: Bool) {
        var reflector = self.synced()
        let expired: Reflector.Event =
            byEvent ? .watched(.error(["code": 410]), attempt: 2) : .watchEnded(expired: true, attempt: 2)
        #expect(reflector.handle(expired, now: .zero) == [.list(attempt: 3)])
        let fresh = self.list([self.pod("b", version: 8), self.pod("c", version: 9, uid: "new")], version: 10)
        let effects = reflector.handle(.listed(fresh, attempt: 3), now: .zero)
        #expect(
            effects == [
                .changed(.deleted(self.pod("a", version: 3))),
                .changed(.updated(old: self.pod("b", version: 4), new: self.pod("b", version: 8))),
                .changed(.deleted(self.pod("c", version: 5))), .changed(.added(self.pod("c", version: 9, uid: "new"))),
                .watch(resourceVersion: "10", attempt: 4),
            ]
        )
    }

    @Test("answers of an earlier attempt change nothing")
    func dropsStaleAnswers() {
        var reflector = self.synced()
        _ = reflector.handle(.watchEnded(expired: true, attempt: 2), now: .zero)
        let before = reflector
        #expect(reflector.handle(.watched(.deleted(self.pod("a", version: 99)), attempt: 2), now: .zero) == [])
        #expect(reflector.handle(.listed(self.list([], version: 1), attempt: 1), now: .zero) == [])
        #expect(reflector == before)
    }

    @Test("pauses double up to the longest and start over after a success")
    func backsOff() {
        var reflector = Reflector(apiVersion: "v1", kind: "Pod")
        _ = reflector.handle(.start, now: .zero)
        var attempt = 1
        var delays: [Duration] = []
        for _ in 0..<10 {
            guard case .wait(let until, _)? = reflector.handle(.listFailed(attempt: attempt), now: .zero).first else {
                break
            }
            delays.append(until - .zero)
            _ = reflector.handle(.waited(attempt: attempt + 1), now: .zero)
            attempt += 2
        }
        #expect(delays.first == Reflector.backoffMin)
        #expect(delays.last == Reflector.backoffMax)
        #expect(delays == delays.sorted())
    }

    @Test(
        "after any sequence of lists and watches the cache is what the server holds",
        arguments: 0..<200 as Range<UInt64>
    )
    func followsServer(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var server: [String: JSONValue] = [:]
        var version = 1
        var reflector = Reflector(apiVersion: "v1", kind: "Pod")
        var model: [String: JSONValue] = [:]
        var pending = reflector.handle(.start, now: .zero)
        var isWatching = false
        var attempt = 0

        func note(_ effects: [Reflector.Effect]) {
            for effect in effects {
                switch effect {
                case .changed(.added(let object)), .changed(.updated(_, let object)):
                    model[ObjectKey(of: object).name] = object
                case .changed(.deleted(let object)): model[ObjectKey(of: object).name] = nil
                case .synced: break
                case .list(let number), .wait(_, let number), .watch(_, let number):
                    isWatching = effect.isWatch
                    attempt = number
                    pending = [effect]
                }
            }
        }
        note(pending)
        for _ in 0..<60 {
            if let effect = pending.first, !effect.isWatch {
                pending = []
                if case .wait = effect {
                    note(reflector.handle(.waited(attempt: attempt), now: .zero))
                } else if generator.chance(0.2) {
                    note(reflector.handle(.listFailed(attempt: attempt), now: .zero))
                } else {
                    let items = server.sorted { $0.key < $1.key }.map(\.value)
                    note(reflector.handle(.listed(self.list(items, version: version), attempt: attempt), now: .zero))
                }
                continue
            }
            version += 1
            let name = ["a", "b", "c"][Int.random(in: 0..<3, using: &generator)]
            let event: WatchEvent
            if let old = server[name], generator.chance(0.4) {
                server[name] = nil
                event = .deleted(old)
            } else {
                let isNew = server[name] == nil
                let object = self.pod(
                    name,
                    version: version,
                    uid: isNew ? "\(version)" : server[name]?["metadata", "uid"]?.string ?? ""
                )
                server[name] = object
                event = isNew ? .added(object) : .modified(object)
            }
            if isWatching, generator.chance(0.85) {
                note(reflector.handle(.watched(event, attempt: attempt), now: .zero))
            } else if isWatching {
                // The event was missed.
                note(reflector.handle(.watchEnded(expired: true, attempt: attempt), now: .zero))
            }
        }
        while let effect = pending.first, !effect.isWatch {
            pending = []
            if case .wait = effect {
                note(reflector.handle(.waited(attempt: attempt), now: .zero))
            } else {
                let items = server.sorted { $0.key < $1.key }.map(\.value)
                note(reflector.handle(.listed(self.list(items, version: version), attempt: attempt), now: .zero))
            }
        }
        #expect(reflector.objects == server.sorted { $0.key < $1.key }.map(\.value))
        #expect(model == server)
    }

    private func synced() -> Reflector {
        var reflector = Reflector(apiVersion: "v1", kind: "Pod")
        _ = reflector.handle(.start, now: .zero)
        let items = [self.pod("a", version: 3), self.pod("b", version: 4), self.pod("c", version: 5)]
        _ = reflector.handle(.listed(self.list(items, version: 7), attempt: 1), now: .zero)
        return reflector
    }
}

extension Reflector.Effect {
    fileprivate var isWatch: Bool {
        if case .watch = self { true } else { false }
    }
}
