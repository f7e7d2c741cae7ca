// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the event log shows of a rolling update: which pods were replaced, in which order, and how.
public struct RolloutFacts: Hashable, Sendable {
    /// The replacement of one pod; times are CLOCK_MONOTONIC nanoseconds.
    public struct Replacement: Hashable, Sendable {
        /// The pod's name.
        public var pod: String
        /// When its deletion was asked for.
        public var deleted: Int64
        /// When the old object was gone.
        public var gone: Int64?
        /// When the new object appeared.
        public var created: Int64?
        /// When the new pod was first ready.
        public var ready: Int64?
        fileprivate var uid: String
        fileprivate var newUID: String?
    }

    /// The replacements, in the order (of resourceVersions) in which deletion was asked for.
    public private(set) var replacements: [Replacement] = []
    /// Pods that were taken down before the one replaced before them was ready again.
    public private(set) var impatient: [String] = []

    /// Reads the pods of a set off the events since a time.
    /// - Parameter set: the name of the StatefulSet whose pods count.
    public init(_ events: [ClusterEvent], set: String, namespace: String, since start: Int64) {
        let prefix = set + "-"
        var last: [String: PodFacts] = [:]
        for event in events.inResourceVersionOrder {
            guard case .object(let type, let object) = event.kind, object["kind"]?.string == "Pod" else { continue }
            let pod = PodFacts(object)
            guard pod.namespace == namespace, pod.name.hasPrefix(prefix), Int(pod.name.dropFirst(prefix.count)) != nil
            else { continue }
            let before = last[pod.name]
            last[pod.name] = pod
            guard event.time >= start else { continue }
            if pod.isTerminating, before?.uid != pod.uid || before?.isTerminating == false {
                if let previous = self.replacements.last, previous.ready == nil { self.impatient.append(pod.name) }
                self.replacements.append(Replacement(pod: pod.name, deleted: event.time, uid: pod.uid))
            }
            guard let index = self.replacements.lastIndex(where: { $0.pod == pod.name }) else { continue }
            if type == "DELETED", pod.uid == self.replacements[index].uid {
                self.replacements[index].gone = event.time
            } else if pod.uid != self.replacements[index].uid, self.replacements[index].newUID == nil {
                self.replacements[index].newUID = pod.uid
                self.replacements[index].created = event.time
            }
            if pod.uid == self.replacements[index].newUID, pod.isReady, self.replacements[index].ready == nil {
                self.replacements[index].ready = event.time
            }
        }
    }

    /// The pods' names in order.
    public var order: [String] { self.replacements.map(\.pod) }
}

extension [ClusterEvent] {
    /// Objects in the order of their resourceVersions, which is the order in which the server committed them; a watch per
    /// kind may bring them later.
    var inResourceVersionOrder: [ClusterEvent] {
        self.enumerated().sorted { one, other in
            guard let left = one.element.resourceVersion, let right = other.element.resourceVersion else {
                return one.offset < other.offset
            }
            return (left, one.offset) < (right, other.offset)
        }.map(\.element)
    }
}
