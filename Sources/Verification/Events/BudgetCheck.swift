// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// Proves from the event log that voluntary disruptions never left fewer healthy pods than a budget allows.
///
/// A disruption is voluntary when somebody asked for the deletion of a pod that was healthy. It breaks the budget when
/// fewer pods than desired are healthy after it; from then until enough are healthy again the deficit counts, in pod-seconds.
/// Desired is computed here from the budget and the sets themselves, not taken from the controller that is on trial.
public struct BudgetCheck: Sendable {
    /// A disruption that broke a budget.
    public struct Breach: Hashable, Sendable {
        /// The budget's name.
        public var budget: String
        /// The pod that was taken down.
        public var pod: String
        /// When, in CLOCK_MONOTONIC nanoseconds.
        public var time: Int64
        /// Healthy pods that were left.
        public var healthy: Int
        /// Healthy pods that the budget wants.
        public var desired: Int
    }

    /// The breaches, in order.
    public private(set) var breaches: [Breach] = []
    /// Deficit over time while a breach lasted, in pod-seconds.
    public private(set) var exceededPodSeconds: Double = 0
    /// Budgets that were judged.
    public private(set) var budgets: Set<String> = []

    private var pods: [String: PodFacts] = [:]
    private var sets: [String: Int] = [:]  // desired replicas by uid
    private var specs: [String: JSONValue] = [:]
    private var breachedSince: [String: (time: Int64, deficit: Int)] = [:]

    /// Judges the events of a span; earlier ones only tell the state at its beginning.
    public init(_ events: [ClusterEvent], span: ClosedRange<Int64>) {
        for event in events.inResourceVersionOrder {
            guard case .object(let type, let object) = event.kind, event.time <= span.upperBound else { continue }
            self.take(type, object, at: event.time, judged: event.time >= span.lowerBound)
        }
        for budget in self.breachedSince.keys.sorted() {
            self.settle(budget, deficit: 0, at: span.upperBound)
        }
    }

    private mutating func take(_ type: String, _ object: JSONValue, at time: Int64, judged: Bool) {
        let metadata = object["metadata"] ?? .emptyObject
        let key = "\(metadata["namespace"]?.string ?? "")/\(metadata["name"]?.string ?? "")"
        switch object["kind"]?.string {
        case "StatefulSet":
            let replicas = Int(object["spec", "replicas"]?.integer ?? 1)
            self.sets[metadata["uid"]?.string ?? ""] = type == "DELETED" ? nil : replicas
        case "PodDisruptionBudget":
            self.specs[key] = type == "DELETED" ? nil : object
            self.budgets.insert(key)
        case "Pod":
            let before = self.pods[key]
            let pod = PodFacts(object)
            self.pods[key] = type == "DELETED" ? nil : pod
            let wasHealthy = before?.uid == pod.uid && before?.isHealthy == true
            self.judge(at: time, disrupted: judged && wasHealthy && pod.isTerminating ? pod : nil)
        case nil, _:
            break
        }
    }

    private mutating func judge(at time: Int64, disrupted: PodFacts?) {
        for budget in self.specs.keys.sorted() {
            guard let spec = self.specs[budget] else { continue }
            let matched = self.pods.values.filter { Self.selects(spec, $0) }
            let desired = self.desired(spec, matched)
            let healthy = matched.count { $0.isHealthy }
            if let pod = disrupted, Self.selects(spec, pod), healthy < desired {
                self.breaches.append(
                    Breach(budget: budget, pod: pod.name, time: time, healthy: healthy, desired: desired)
                )
                if self.breachedSince[budget] == nil { self.breachedSince[budget] = (time, desired - healthy) }
            }
            self.settle(budget, deficit: max(0, desired - healthy), at: time)
        }
    }

    private mutating func settle(_ budget: String, deficit: Int, at time: Int64) {
        guard let breach = self.breachedSince[budget] else { return }
        self.exceededPodSeconds += Double(breach.deficit) * Double(max(0, time - breach.time)) / 1_000_000_000
        self.breachedSince[budget] = deficit > 0 ? (time, deficit) : nil
    }

    private func desired(_ budget: JSONValue, _ pods: [PodFacts]) -> Int {
        let owners = Set(pods.compactMap(\.owner))
        let scale = owners.reduce(0) { $0 + (self.sets[$1] ?? 0) }
        let spec = budget["spec"] ?? .emptyObject
        if let value = spec["maxUnavailable"] {
            return max(0, scale - Self.count(value, of: scale))
        }
        guard let value = spec["minAvailable"] else { return 0 }
        return Self.count(value, of: scale)
    }

    /// A number, or a percentage rounded up, as the disruption controller has it.
    private static func count(_ value: JSONValue, of total: Int) -> Int {
        if let number = value.integer { return Int(number) }
        guard let text = value.string, text.hasSuffix("%"), let percent = Int(text.dropLast()) else { return 0 }
        return (total * percent + 99) / 100
    }

    private static func selects(_ budget: JSONValue, _ pod: PodFacts) -> Bool {
        guard budget["metadata", "namespace"]?.string == pod.namespace,
            let selector = budget["spec", "selector"]
        else { return false }
        for (key, value) in selector["matchLabels"]?.object ?? [:] where pod.labels[key] != value.string {
            return false
        }
        for expression in selector["matchExpressions"]?.array ?? [] {
            let label = expression["key"]?.string.flatMap { pod.labels[$0] }
            let values = (expression["values"]?.array ?? []).compactMap(\.string)
            let matches =
                switch expression["operator"]?.string {
                case "In": label.map(values.contains) ?? false
                case "NotIn": label.map { !values.contains($0) } ?? true
                case "Exists": label != nil
                case "DoesNotExist": label == nil
                case nil, _: false
                }
            if !matches { return false }
        }
        return true
    }
}
