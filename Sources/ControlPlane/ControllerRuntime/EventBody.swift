// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON

/// The Event objects that a record becomes: one at first, then a higher count of it.
struct EventBody: Sendable {
    let record: EventRecord
    let component: String
    let now: WallTime

    /// What two occurrences have in common that are one event with a higher count.
    struct Identity: Hashable, Sendable {
        var involved: JSONValue
        var kind: EventRecord.Kind
        var reason: String
        var message: String
        var component: String
    }

    var identity: Identity {
        var involved = self.record.involved
        involved["resourceVersion"] = nil
        return Identity(
            involved: involved,
            kind: self.record.kind,
            reason: self.record.reason,
            message: self.record.message,
            component: self.component
        )
    }

    var namespace: String { self.record.involved["namespace"]?.string ?? "default" }

    /// The name of the first occurrence: the object's and the time in hexadecimal, as upstream's.
    var name: String {
        "\(self.record.involved["name"]?.string ?? "").\(String(UInt64(self.now.nanoseconds), radix: 16))"
    }

    /// The first occurrence.
    var object: JSONValue {
        var event: JSONValue = [
            "apiVersion": "v1", "kind": "Event",
            "metadata": ["name": .string(self.name), "namespace": .string(self.namespace)],
            "involvedObject": self.record.involved,
            "reason": .string(self.record.reason), "message": .string(self.record.message),
            "type": .string(self.record.kind.rawValue),
            "reportingComponent": .string(self.component),
        ]
        if let action = self.record.action {
            // The form of events.k8s.io, which the scheduler writes.
            event["source"] = .emptyObject
            event["firstTimestamp"] = .null
            event["lastTimestamp"] = .null
            event["eventTime"] = .string(self.now.rfc3339Micro)
            event["action"] = .string(action)
            event["reportingInstance"] = .string("\(self.component)-seatrial")
        } else {
            event["source"] = ["component": .string(self.component)]
            event["firstTimestamp"] = .string(self.now.rfc3339)
            event["lastTimestamp"] = .string(self.now.rfc3339)
            event["count"] = 1
            event["eventTime"] = .null
            event["reportingInstance"] = ""
        }
        return event
    }

    /// The merge patch of a further occurrence.
    func patch(count: Int64) -> JSONValue {
        if self.record.action != nil {
            return ["series": ["count": .integer(count), "lastObservedTime": .string(self.now.rfc3339Micro)]]
        }
        return ["count": .integer(count), "lastTimestamp": .string(self.now.rfc3339)]
    }
}
