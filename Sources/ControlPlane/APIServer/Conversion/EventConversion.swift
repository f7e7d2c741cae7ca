// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// Events of events.k8s.io are core events under other names (`pkg/apis/events/v1/conversion.go`).
enum EventConversion {
    private static let names = [
        ("regarding", "involvedObject"), ("note", "message"), ("deprecatedSource", "source"),
        ("deprecatedFirstTimestamp", "firstTimestamp"), ("deprecatedLastTimestamp", "lastTimestamp"),
        ("deprecatedCount", "count"), ("reportingController", "reportingComponent"),
    ]

    /// From events.k8s.io/v1 to v1.
    static func toCore(_ event: inout JSONValue) { Self.rename(&event, Self.names) }

    /// From v1 to events.k8s.io/v1.
    static func fromCore(_ event: inout JSONValue) { Self.rename(&event, Self.names.map { ($0.1, $0.0) }) }

    private static func rename(_ event: inout JSONValue, _ names: [(String, String)]) {
        for (old, new) in names {
            guard let value = event[old] else { continue }
            event[old] = nil
            event[new] = value
        }
    }
}
