// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A path that somebody else manages and that a configuration wants otherwise.
package struct FieldConflict: Hashable, Sendable {
    /// Who has it.
    package var holder: ManagedFieldsEntry.Identity
    /// The path, as in ``FieldSet/paths``.
    package var path: String

    /// The holder in words.
    package var holderText: String {
        var text = GoText.quoted(self.holder.manager)
        if !self.holder.subresource.isEmpty { text += " with subresource \(GoText.quoted(self.holder.subresource))" }
        if self.holder.operation == .update { text += " using \(self.holder.apiVersion)" }
        return text
    }
}

extension StatusError {
    /// 409: what a configuration wants is managed by others.
    package static func applyConflict(_ conflicts: [FieldConflict]) -> StatusError {
        let message: String
        if conflicts.count == 1 {
            message = "Apply failed with 1 conflict: conflict with \(conflicts[0].holderText): \(conflicts[0].path)"
        } else {
            var lines: [String] = []
            for holder in Set(conflicts.map(\.holderText)).sorted() {
                lines.append("conflicts with \(holder):")
                lines += conflicts.filter { $0.holderText == holder }.map { "- \($0.path)" }
            }
            message = "Apply failed with \(conflicts.count) conflicts: " + lines.joined(separator: "\n")
        }
        let causes = conflicts.map { conflict in
            Cause(
                reason: "FieldManagerConflict",
                message: "conflict with \(conflict.holderText)",
                field: conflict.path
            )
        }
        return StatusError(code: 409, reason: "Conflict", message: message, details: .init(causes: causes))
    }
}
