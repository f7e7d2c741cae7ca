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
    /// What is wrong with a new object, apart from its metadata.
    func validate(_ object: JSONValue) -> [FieldError]
    /// Takes over from the old object what an update may not change silently (status) and counts the generation.
    func prepareForUpdate(_ object: inout JSONValue, old: JSONValue)
    /// What is wrong with an update, apart from its metadata.
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
