// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

extension ResourceDefinition {
    /// A `Table` of objects in the request's version.
    /// - Parameters:
    ///   - metadata: the list's `metadata`; nil for a single object.
    ///   - includeObject: `Metadata` (the default), `Object` or `None`.
    ///   - apiVersion: `meta.k8s.io/v1` or `meta.k8s.io/v1beta1`.
    ///   - now: seconds since 1970, for ages.
    package func table(
        of objects: [JSONValue],
        metadata: JSONValue?,
        includeObject: String,
        apiVersion: String,
        includeHeaders: Bool,
        now: Double
    ) -> JSONValue {
        self.table.rendered(
            of: objects,
            metadata: metadata,
            includeObject: includeObject,
            apiVersion: apiVersion,
            includeHeaders: includeHeaders,
            now: now,
            conditions: self.kind == "Pod" ? PodTable.conditions(of:) : { _ in nil }
        )
    }
}

extension TableDefinition {
    /// The columns of a `Scale`.
    package static let scale = WorkloadTables.scale

    /// A `Table` of objects.
    package func rendered(
        of objects: [JSONValue],
        metadata: JSONValue?,
        includeObject: String,
        apiVersion: String,
        includeHeaders: Bool,
        now: Double,
        conditions: (JSONValue) -> JSONValue? = { _ in nil }
    ) -> JSONValue {
        var table: JSONValue = ["kind": "Table", "apiVersion": .string(apiVersion)]
        // A single object's table has its resourceVersion.
        var listMetadata = metadata ?? .emptyObject
        if metadata == nil, let version = objects.first?["metadata", "resourceVersion"] {
            listMetadata["resourceVersion"] = version
        }
        table["metadata"] = listMetadata
        table["columnDefinitions"] = includeHeaders ? .array(self.columns.map(\.json)) : .null
        table["rows"] = .array(
            objects.map { object in
                var row: JSONValue = ["cells": .array(self.cells(object, now))]
                row["conditions"] = conditions(object)
                switch includeObject {
                case "None": row["object"] = .null
                case "Object": row["object"] = object
                default:
                    row["object"] = [
                        "kind": "PartialObjectMetadata", "apiVersion": .string(apiVersion),
                        "metadata": object["metadata"] ?? .emptyObject,
                    ]
                }
                return row
            }
        )
        return table
    }
}
