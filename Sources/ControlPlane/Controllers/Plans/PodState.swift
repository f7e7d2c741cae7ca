// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// What plans look at in a pod, read once from the object.
package struct PodState: Hashable, Sendable {
    /// The pod itself.
    package let object: JSONValue
    package let name: String
    package let uid: String
    /// `status.phase`; empty for a pod that is only planned.
    package let phase: String
    /// Whether the condition Ready is True.
    package let isReady: Bool
    package let isTerminating: Bool
    /// The value of the label controller-revision-hash.
    package let revision: String
    /// The part of the name before the last `-<digits>`; empty when the name has no such end.
    package let parent: Substring
    /// The number at the end of the name; nil when there is none or it does not fit 32 bits.
    package let ordinal: Int?

    package init(_ object: JSONValue) {
        self.object = object
        let metadata = object["metadata"]
        let name = metadata?["name"]?.string ?? ""
        self.name = name
        self.uid = metadata?["uid"]?.string ?? ""
        self.isTerminating = metadata?["deletionTimestamp"]?.string != nil
        self.revision = metadata?["labels"]?["controller-revision-hash"]?.string ?? ""
        let status = object["status"]
        self.phase = status?["phase"]?.string ?? ""
        self.isReady = Self.isReady(status)
        (self.parent, self.ordinal) = Self.parse(name)
    }

    private static func isReady(_ status: JSONValue?) -> Bool {
        for condition in status?["conditions"]?.array ?? [] where condition["type"] == "Ready" {
            return condition["status"] == "True"
        }
        return false
    }

    private static func parse(_ name: String) -> (parent: Substring, ordinal: Int?) {
        guard let dash = name.utf8.lastIndex(of: UInt8(ascii: "-")) else { return ("", nil) }
        let digits = name[name.utf8.index(after: dash)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return ("", nil) }
        return (name[..<dash], Int32(digits).map(Int.init))
    }

    /// Made and known to the API server.
    package var isCreated: Bool { !self.phase.isEmpty }
    package var isPending: Bool { self.phase == "Pending" }
    package var isFinished: Bool { self.phase == "Failed" || self.phase == "Succeeded" }
    package var isRunningAndReady: Bool { self.phase == "Running" && self.isReady }

    /// When the condition Ready last changed.
    package var readyTransition: WallTime? {
        (self.object.condition("Ready")?["lastTransitionTime"]?.string).flatMap(WallTime.init(rfc3339:))
    }

    /// Ready for at least that many seconds.
    package func isAvailable(minReadySeconds: Int64, now: WallTime) -> Bool {
        guard self.isReady else { return false }
        guard minReadySeconds > 0 else { return true }
        guard let since = self.readyTransition else { return false }
        return since + .seconds(minReadySeconds) <= now
    }

    /// Not available, or on its way out.
    package func isUnavailable(minReadySeconds: Int64, now: WallTime) -> Bool {
        self.isTerminating || self.phase != "Running" || !self.isAvailable(minReadySeconds: minReadySeconds, now: now)
    }
}
