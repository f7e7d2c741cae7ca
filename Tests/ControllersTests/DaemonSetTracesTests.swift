// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Testing

/// The DaemonSet's plans, fed with what a real control plane saw, want what it did; and at rest they want nothing.
///
/// Which of several nodes comes first is arbitrary upstream, so pods count by image and state here, not by name.
@Suite struct DaemonSetTracesTests {
    /// A state is at rest when nothing happens for so long that the recorded controller must have had its turn.
    private static let rest = 0.7

    private struct Replay {
        var cache = ObservedObjects()
        var start: WallTime?
        let reconciler = DaemonSetReconciler()
        var labels: [(at: Double, node: String, key: String, value: String?)]

        init(_ trace: GoldenTrace) throws {
            self.labels = try trace.nodeLabels()
            for (index, zone) in ["zone-a", "zone-b", "zone-c", "zone-a"].enumerated() {
                self.cache.put(.nodes, Objects.node("node-\(index)", zone: zone))
            }
        }

        /// Labels that somebody put on nodes until then.
        mutating func label(until seconds: Double) {
            while let next = self.labels.first, next.at <= seconds {
                self.labels.removeFirst()
                guard var node = self.cache.object(.nodes, ObjectName(namespace: "", name: next.node)) else { continue }
                node["metadata", "labels", next.key] = next.value.map(JSONValue.string)
                self.cache.put(.nodes, node)
            }
        }

        mutating func apply(_ entry: GoldenTrace.Entry) {
            self.label(until: entry.at)
            if self.start == nil, let created = entry.object["metadata", "creationTimestamp"]?.string,
                let time = WallTime(rfc3339: created)
            {
                self.start = time + .milliseconds(-Int(entry.at * 1000))
            }
            if entry.type == "DELETED" {
                self.cache.remove(entry.resource, entry.object)
            } else {
                self.cache.put(entry.resource, entry.object)
            }
        }

        func plan(_ key: ObjectName, at seconds: Double) -> ControllerPlan {
            let now = (self.start ?? WallTime(seconds: 0)) + .milliseconds(Int(seconds * 1000))
            return self.reconciler.plan(for: key, in: self.cache, now: now)
        }

        /// What a plan wants done to pods and revisions, in words that a recording has too.
        func wishes(_ plan: ControllerPlan) -> [String] {
            plan.actions.compactMap { action in
                switch (action.operation, action.resource) {
                case (.create, .pods): return "create \(DaemonSetTracesTests.image(action.body ?? .null))"
                case (.create, .controllerRevisions):
                    return "create revision \(action.body?["revision"]?.integer ?? 0)"
                case (.delete, .pods):
                    return self.cache.object(.pods, action.key).map { "delete \(DaemonSetTracesTests.state($0))" }
                default: return nil
                }
            }
        }
    }

    private static func image(_ pod: JSONValue) -> String {
        pod["spec", "containers"]?.array?.first?["image"]?.string ?? ""
    }

    private static func state(_ pod: JSONValue) -> String {
        "\(Self.image(pod)) \(PodState(pod).isReady ? "ready" : "not ready")"
    }

    private static func deeds(_ trace: GoldenTrace) -> [Int: String] {
        var deeds: [Int: String] = [:]
        var dying: Set<String> = []
        var before: [String: JSONValue] = [:]
        for (index, entry) in trace.entries.enumerated() {
            let object = entry.object
            defer { before[object.uid] = object }
            guard OwnerReference.controller(of: object)?.kind == "DaemonSet" else { continue }
            switch (entry.resource, entry.type) {
            case (.pods, "ADDED"): deeds[index] = "create \(Self.image(object))"
            case (.controllerRevisions, "ADDED"):
                deeds[index] = "create revision \(object["revision"]?.integer ?? 0)"
            case (.pods, "MODIFIED") where object.isTerminating && dying.insert(object.uid).inserted:
                // A person deletes pods as well; the controller says so in an event, some of which upstream folds.
                let isTold = trace.entries[max(0, index - 5)...].prefix { $0.at < entry.at + 1 }.contains {
                    $0.resource == .events
                        && $0.object["message"]?.string?.hasSuffix("Deleted pod: \(object.name)") == true
                }
                if isTold, let pod = before[object.uid] { deeds[index] = "delete \(Self.state(pod))" }
            default: break
            }
        }
        return deeds
    }

    @Test(
        "each deed of the recorded DaemonSet controller is one that the plan wanted",
        .enabled(if: GoldenTrace.folder != nil, "no recordings at SEATRIAL_GOLDEN"),
        arguments: GoldenTrace.names(areas: "h")
    )
    func deeds(_ name: String) throws {
        let trace = try GoldenTrace(name)
        let deeds = Self.deeds(trace)
        #expect(deeds.count > 10, "\(name)")
        var replay = try Replay(trace)
        var wanted: [ObjectName: Set<String>] = [:]
        for (index, entry) in trace.entries.enumerated() {
            replay.label(until: entry.at)
            if let deed = deeds[index] {
                for set in replay.cache.keys(.daemonSets) {
                    wanted[set, default: []].formUnion(replay.wishes(replay.plan(set, at: entry.at)))
                }
                #expect(wanted.values.contains { $0.contains(deed) }, "\(name) at \(entry.at): \(deed), not \(wanted)")
            }
            replay.apply(entry)
            guard entry.resource != .events, entry.resource != .endpoints else { continue }
            for set in replay.cache.keys(.daemonSets) {
                let wishes = replay.wishes(replay.plan(set, at: entry.at))
                wanted[set] = entry.resource == .daemonSets ? Set(wishes) : wanted[set, default: []].union(wishes)
            }
        }
    }

    @Test(
        "at rest the plan wants nothing, and no other status than the recorded one",
        .enabled(if: GoldenTrace.folder != nil, "no recordings at SEATRIAL_GOLDEN"),
        arguments: GoldenTrace.names(areas: "h")
    )
    func rest(_ name: String) throws {
        let trace = try GoldenTrace(name)
        var replay = try Replay(trace)
        var looks = 0
        for (index, entry) in trace.entries.enumerated() {
            replay.apply(entry)
            let quietUntil = index + 1 < trace.entries.count ? trace.entries[index + 1].at : entry.at + 1
            guard quietUntil - entry.at > Self.rest else { continue }
            for set in replay.cache.keys(.daemonSets) {
                let plan = replay.plan(set, at: entry.at)
                looks += 1
                #expect(replay.wishes(plan).isEmpty, "\(name) at \(entry.at)")
                #expect(
                    plan.onSuccess.isEmpty,
                    "\(name) at \(entry.at): \(plan.onSuccess.map { $0.body?["status"]?.text ?? "" })"
                )
            }
        }
        #expect(looks > 0)
    }
}
