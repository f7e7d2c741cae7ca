// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A JSON merge patch (RFC 7386): objects are merged, null removes a member, all else replaces.
public enum MergePatch {
    /// The value with a patch applied.
    public static func applied(_ patch: JSONValue, to value: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = value.object ?? JSONObject()
        for (key, change) in changes {
            result[key] = change.isNull ? nil : Self.applied(change, to: result[key] ?? .null)
        }
        return .object(result)
    }

    /// The smallest merge patch that turns one value into another.
    public static func difference(from old: JSONValue, to new: JSONValue) -> JSONValue {
        guard case .object(let before) = old, case .object(let after) = new else { return new }
        var patch = JSONObject()
        for (key, value) in before {
            if let changed = after[key] {
                if changed != value { patch[key] = Self.difference(from: value, to: changed) }
            } else {
                patch[key] = .null
            }
        }
        for (key, value) in after where before[key] == nil { patch[key] = value }
        return .object(patch)
    }
}
