// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON
import KubernetesAPI

/// A ControllerRevision of a set: one state of its template.
struct Revision: Hashable, Sendable {
    let object: JSONValue
    let name: String
    let number: Int64

    init(_ object: JSONValue) {
        self.object = object
        self.name = object.name
        self.number = object["revision"]?.integer ?? 0
    }

    /// `data`, as the API server holds it.
    var data: JSONValue { self.object["data"] ?? .null }

    /// The pod template that it holds.
    var template: JSONValue {
        var template = self.data["spec", "template"] ?? .emptyObject
        template["$patch"] = nil
        return template
    }

    /// The data of a revision of that template: a strategic merge patch that replaces the template.
    static func data(of template: JSONValue) -> JSONValue {
        var template = template
        template["$patch"] = "replace"
        return ["spec": ["template": template]]
    }

    /// Whether two data mean the same template. Servers before 1.34 wrote `creationTimestamp: null` into it; that alone
    /// is no new revision.
    static func isSameTemplate(_ lhs: JSONValue, _ rhs: JSONValue) -> Bool {
        if lhs == rhs { return true }
        var (left, right) = (lhs, rhs)
        for path in ["creationTimestamp"] {
            if left["spec", "template", "metadata", path]?.isNull == true {
                left["spec", "template", "metadata", path] = nil
            }
            if right["spec", "template", "metadata", path]?.isNull == true {
                right["spec", "template", "metadata", path] = nil
            }
        }
        return left == right
    }

    /// By number, then creation, then name.
    static func isOrdered(_ lhs: Revision, _ rhs: Revision) -> Bool {
        if lhs.number != rhs.number { return lhs.number < rhs.number }
        let (left, right) = (lhs.object["metadata", "creationTimestamp"], rhs.object["metadata", "creationTimestamp"])
        if left != right { return (left?.string ?? "") < (right?.string ?? "") }
        return lhs.name < rhs.name
    }
}

/// The names of revisions: a hash of their data, spelt without vowels.
package enum RevisionName {
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
    /// So that the name with its hash fits a label's 63 … 253 characters.
    private static let prefixLengthMax = 223

    /// The hash of the data and the collision count: FNV-1 (32 bits) in decimal, each digit replaced by a letter.
    package static func hash(of data: JSONValue, collisionCount: Int64) -> String {
        var hash: UInt32 = 0x811c_9dc5
        for byte in data.bytes + Array(String(collisionCount).utf8) {
            hash = (hash &* 0x0100_0193) ^ UInt32(byte)
        }
        let letters = String(hash).utf8.map { Self.alphabet[Int($0) % Self.alphabet.count] }
        return String(decoding: letters, as: UTF8.self)
    }

    /// The revision's name.
    package static func name(set: String, hash: String) -> String {
        "\(set.prefix(Self.prefixLengthMax))-\(hash)"
    }
}
