// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// One entry of `metadata.managedFields`: who set which fields, by which kind of operation.
package struct ManagedFieldsEntry: Hashable, Sendable {
    /// How the fields were set.
    package enum Operation: String, Hashable, Sendable {
        /// By server-side apply: the configuration says all that its manager wants.
        case apply = "Apply"
        /// By any other write.
        case update = "Update"
    }

    /// Who is known by what. Entries of the same identity are one.
    package struct Identity: Hashable, Sendable {
        /// The field manager.
        package var manager: String
        /// The kind of operation.
        package var operation: Operation
        /// The version that was written; empty for apply, where it makes no difference who is meant.
        package var apiVersion: String
        /// The subresource; empty for the object itself.
        package var subresource: String
    }

    /// Who.
    package var identity: Identity
    /// The version of the fields.
    package var apiVersion: String
    /// When, RFC 3339 in seconds; nil for an apply that changed nothing.
    package var time: String?
    /// What.
    package var fields: FieldSet

    init(identity: Identity, apiVersion: String, time: String?, fields: FieldSet) {
        self.identity = identity
        self.apiVersion = apiVersion
        self.time = time
        self.fields = fields
    }

    /// An entry from its JSON; nil when it is none.
    package init?(json: JSONValue) {
        guard let operation = json["operation"]?.string.flatMap(Operation.init(rawValue:)),
            json["fieldsType"]?.string == "FieldsV1", let fields = json["fieldsV1"].flatMap(FieldSet.init(json:))
        else { return nil }
        let apiVersion = json["apiVersion"]?.string ?? ""
        self.init(
            identity: Identity(
                manager: json["manager"]?.string ?? "",
                operation: operation,
                apiVersion: operation == .apply ? "" : apiVersion,
                subresource: json["subresource"]?.string ?? ""
            ),
            apiVersion: apiVersion,
            time: json["time"]?.string,
            fields: fields
        )
    }

    /// As objects carry it.
    package var json: JSONValue {
        var json: JSONValue = [
            "manager": .string(self.identity.manager), "operation": .string(self.identity.operation.rawValue),
            "apiVersion": .string(self.apiVersion), "fieldsType": "FieldsV1", "fieldsV1": self.fields.json,
        ]
        if let time { json["time"] = .string(time) }
        if !self.identity.subresource.isEmpty { json["subresource"] = .string(self.identity.subresource) }
        return json
    }

    /// Applied ones first, then by age, then by name.
    static func precedes(_ one: ManagedFieldsEntry, _ other: ManagedFieldsEntry) -> Bool {
        let (first, second) = (one.identity, other.identity)
        if first.operation != second.operation { return first.operation == .apply }
        if one.time != other.time { return (one.time ?? "") < (other.time ?? "") }
        return (first.manager, one.apiVersion, first.subresource) < (
            second.manager, other.apiVersion, second.subresource
        )
    }
}
