// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesAPI

/// What is particular to one kind: all pure functions on objects in the stored version.
///
/// The order for a creation is ``applyDefaults(_:)`` (at decoding), admission, ``prepareForCreate(_:)``,
/// ``validate(_:)``, ``warnings(_:old:)``; for an update the same with the `…Update` functions.
package protocol ResourceStrategy: Sendable {
    /// Fills in what a client left out.
    func applyDefaults(_ object: inout JSONValue)
    /// Clears what a client may not set at creation (status) and sets the first generation.
    func prepareForCreate(_ object: inout JSONValue)
    /// What is wrong with an object, apart from its metadata.
    func validate(_ object: JSONValue) -> [FieldError]
    /// Takes over from the old object what an update may not change silently (status) and counts the generation.
    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue)
    /// What is wrong with an update beyond what is wrong with the object itself.
    func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError]
    /// Takes over from the old object all that an update of the status may not change.
    func prepareForStatusUpdate(_ object: inout JSONValue, old: JSONValue)
    /// What is wrong with an update of the status.
    func validateStatusUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError]
    /// Texts of Warning headers for what is accepted but unwise; `old` is nil at creation.
    func warnings(_ object: JSONValue, old: JSONValue?) -> [String]
    /// What is wrong with the name of an object; `isPrefix` for a `generateName`.
    func nameProblems(_ name: String, isPrefix: Bool) -> [String]
}

/// What holds for most kinds: no defaults, a status of its own, names that are DNS names.
extension ResourceStrategy {
    package func applyDefaults(_ object: inout JSONValue) {}

    package func prepareForCreate(_ object: inout JSONValue) { object["status"] = nil }

    package func validate(_ object: JSONValue) -> [FieldError] { [] }

    package func prepareForUpdate(_ object: inout JSONValue, old: JSONValue) { object["status"] = old["status"] }

    package func validateUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] { [] }

    package func prepareForStatusUpdate(_ object: inout JSONValue, old: JSONValue) { object["spec"] = old["spec"] }

    package func validateStatusUpdate(_ object: JSONValue, old: JSONValue) -> [FieldError] { [] }

    package func warnings(_ object: JSONValue, old: JSONValue?) -> [String] { [] }

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRules.dnsSubdomainProblems(isPrefix ? Self.completed(name) : name)
    }

    /// A prefix is checked as if a letter followed.
    static func completed(_ prefix: String) -> String {
        guard let last = prefix.last, "-.".contains(last) else { return prefix }
        return prefix.dropLast() + "a"
    }

    /// Counts a change of the spec.
    func countGeneration(_ object: inout JSONValue, old: JSONValue) {
        guard object["spec"] != old["spec"] else { return }
        object["metadata", "generation"] = .integer((old["metadata", "generation"]?.integer ?? 0) + 1)
    }
}
