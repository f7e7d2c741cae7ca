// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// One change of a cached collection.
public enum CacheChange: Hashable, Sendable {
    /// An object came into view.
    case added(JSONValue)
    /// An object changed.
    case updated(old: JSONValue, new: JSONValue)
    /// An object went out of view, in its last known state.
    case deleted(JSONValue)

    /// The object in its newest known state.
    public var object: JSONValue {
        switch self {
        case .added(let object), .updated(_, let object), .deleted(let object): object
        }
    }
}

/// The kind that listed items leave out.
struct TypeMeta: Hashable, Sendable {
    var apiVersion: String
    var kind: String

    func completing(_ item: JSONValue) -> JSONValue {
        var item = item
        item["apiVersion"] = .string(self.apiVersion)
        item["kind"] = .string(self.kind)
        return item
    }
}
