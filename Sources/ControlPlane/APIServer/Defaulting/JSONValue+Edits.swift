// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// Edits in place that leave absent things absent.
extension JSONValue {
    /// Sets a member unless it is there.
    mutating func setDefault(_ key: String, _ value: @autoclosure () -> JSONValue) {
        if self[key] == nil { self[key] = value() }
    }

    /// Sets a text unless it is there and not empty.
    mutating func setDefaultText(_ key: String, _ value: @autoclosure () -> String) {
        if (self[key]?.string ?? "").isEmpty { self[key] = .string(value()) }
    }

    /// Sets a number unless it is there and not zero.
    mutating func setDefaultNumber(_ key: String, _ value: Int64) {
        if (self[key]?.integer ?? 0) == 0 { self[key] = .integer(value) }
    }

    /// Changes a member that is there.
    mutating func change(_ key: String, _ body: (inout JSONValue) -> Void) {
        guard var member = self[key], !member.isNull else { return }
        body(&member)
        self[key] = member
    }

    /// Changes every element of a member that is a list.
    mutating func changeEach(_ key: String, _ body: (inout JSONValue) -> Void) {
        guard var elements = self[key]?.array, !elements.isEmpty else { return }
        for index in elements.indices { body(&elements[index]) }
        self[key] = .array(elements)
    }
}
