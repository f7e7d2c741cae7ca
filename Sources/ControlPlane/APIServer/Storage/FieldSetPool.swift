// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Synchronization

/// Lets objects that are managed alike share the sets of fields that say so: the pods of a set differ in little of them.
final class FieldSetPool: Sendable {
    enum Limits {
        /// Parts that are remembered; then it begins anew.
        static let partsMax = 4_096
        /// How deep under an entry parts are looked for.
        static let depthMax = 4
        /// Objects of fewer members are not worth it.
        static let membersMin = 2
    }

    private let parts = Mutex<Set<JSONValue>>([])

    /// The managers of an object, their sets replaced by equal ones that others use already.
    func shared(_ managers: JSONValue?) -> JSONValue? {
        guard let entries = managers?.array else { return managers }
        return self.parts.withLock { parts in
            if parts.count > Limits.partsMax { parts = [] }
            return .array(
                entries.map { entry in
                    var entry = entry
                    if let fields = entry["fieldsV1"] {
                        entry["fieldsV1"] = Self.shared(fields, depth: 0, &parts)
                    }
                    return entry
                }
            )
        }
    }

    private static func shared(_ part: JSONValue, depth: Int, _ parts: inout Set<JSONValue>) -> JSONValue {
        guard let members = part.object, !members.isEmpty else { return part }
        let isWorthIt = members.count >= Limits.membersMin
        if isWorthIt, let index = parts.firstIndex(of: part) { return parts[index] }
        var shared = part
        if depth < Limits.depthMax {
            for (key, member) in members where member.object?.isEmpty == false {
                shared[key] = Self.shared(member, depth: depth + 1, &parts)
            }
        }
        if isWorthIt { parts.insert(shared) }
        return shared
    }
}
