// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Something that happened to the cluster, as the observer recorded it: a line of `events.jsonl`.
public struct ClusterEvent: Hashable, Sendable {
    /// What happened.
    public enum Kind: Hashable, Sendable {
        /// An object changed; the type is the watch event's (ADDED, MODIFIED, DELETED).
        case object(type: String, JSONValue)
        /// A partition has another leader or another set of in-sync replicas.
        case partition(topic: String, number: Int32, leader: Int32, inSync: [Int32])
        /// Another broker is controller; −1 for none.
        case controller(broker: Int32)
        /// The process of a pod was killed, as the trial wanted.
        case killed(pod: String)
        /// The trial did something: its words.
        case step(String)
    }

    /// When the observer learned of it, in CLOCK_MONOTONIC nanoseconds.
    public var time: Int64
    /// What happened.
    public var kind: Kind

    /// An event.
    public init(time: Int64, _ kind: Kind) {
        self.time = time
        self.kind = kind
    }

    /// The object's resourceVersion as a number, by which order is proven; nil for what is no object.
    public var resourceVersion: Int64? {
        guard case .object(_, let object) = self.kind else { return nil }
        return object["metadata", "resourceVersion"]?.string.flatMap(Int64.init)
    }

    /// The event as a line of the log.
    public var json: JSONValue {
        var line: JSONValue = ["at": .integer(self.time)]
        switch self.kind {
        case .object(let type, let object):
            line["type"] = .string(type)
            line["kind"] = object["kind"]
            line["object"] = object
        case .partition(let topic, let number, let leader, let inSync):
            line["kind"] = "Partition"
            line["topic"] = .string(topic)
            line["partition"] = .integer(Int64(number))
            line["leader"] = .integer(Int64(leader))
            line["inSync"] = .array(inSync.map { .integer(Int64($0)) })
        case .controller(let broker):
            line["kind"] = "Controller"
            line["broker"] = .integer(Int64(broker))
        case .killed(let pod):
            line["kind"] = "Killed"
            line["pod"] = .string(pod)
        case .step(let text):
            line["kind"] = "Step"
            line["step"] = .string(text)
        }
        return line
    }

    /// Reads a line of the log; nil when it is none.
    public init?(json: JSONValue) {
        guard let time = json["at"]?.integer, let kind = json["kind"]?.string else { return nil }
        self.time = time
        switch kind {
        case "Partition":
            guard let topic = json["topic"]?.string, let number = json["partition"]?.integer,
                let leader = json["leader"]?.integer
            else { return nil }
            let inSync = (json["inSync"]?.array ?? []).compactMap { $0.integer.flatMap(Int32.init(exactly:)) }
            self.kind = .partition(
                topic: topic,
                number: Int32(truncatingIfNeeded: number),
                leader: Int32(truncatingIfNeeded: leader),
                inSync: inSync
            )
        case "Controller":
            guard let broker = json["broker"]?.integer else { return nil }
            self.kind = .controller(broker: Int32(truncatingIfNeeded: broker))
        case "Killed":
            self.kind = .killed(pod: json["pod"]?.string ?? "")
        case "Step":
            self.kind = .step(json["step"]?.string ?? "")
        default:
            guard let type = json["type"]?.string, let object = json["object"] else { return nil }
            self.kind = .object(type: type, object)
        }
    }
}
