// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// Brings answers about a kind of object into the form that the client asked for: as they are, as a Table, or metadata only.
package struct AnswerShape: Sendable {
    var definition: ResourceDefinition
    var version: String
    var negotiation: Negotiation
    var includeObject: String
    var now: @Sendable () -> Double

    /// An answer to a request.
    func shaped(_ response: APIResponse) throws(StatusError) -> APIResponse {
        guard response.status < 300, response.body["kind"]?.string != "Status" else { return response }
        var response = response
        let items = response.body["items"]?.array
        switch self.negotiation.representation {
        case .object, .aggregatedDiscovery:
            break
        case .table(let version):
            try self.checkInclude()
            if response.body["kind"]?.string == "Scale" {
                response.body = TableDefinition.scale.rendered(
                    of: [response.body],
                    metadata: nil,
                    includeObject: self.includeObject,
                    apiVersion: "meta.k8s.io/\(version)",
                    includeHeaders: true,
                    now: self.now()
                )
                return response
            }
            response.body = self.table(
                items.map { $0.map(self.completed) } ?? [response.body],
                metadata: items == nil ? nil : response.body["metadata"],
                version: version,
                headers: true
            )
        case .partialObjectMetadata(let version):
            if let items {
                response.body["kind"] = "PartialObjectMetadataList"
                response.body["apiVersion"] = .string("meta.k8s.io/\(version)")
                response.body["items"] = .array(items.map { Self.partial($0, version) })
            } else {
                response.body = Self.partial(response.body, version)
            }
        }
        return response
    }

    /// A line of a watch: the event in the wanted form. Column heads come with the first table only.
    func line(of event: WatchEvent, isFirst: Bool) -> JSONValue {
        let (type, object) = Self.parts(event)
        let shaped: JSONValue
        switch (event, self.negotiation.representation) {
        case (.error, _), (_, .object), (_, .aggregatedDiscovery):
            shaped = object
        case (.bookmark, .table(let version)):
            shaped = [
                "kind": "Table", "apiVersion": .string("meta.k8s.io/\(version)"),
                "metadata": object["metadata"] ?? .emptyObject, "columnDefinitions": .null,
                "rows": .array([
                    ["cells": .array([]), "object": Self.partial(object, version)]
                ]),
            ]
        case (_, .table(let version)):
            shaped = self.table([object], metadata: nil, version: version, headers: isFirst)
        case (_, .partialObjectMetadata(let version)):
            shaped = Self.partial(object, version)
        }
        return ["type": .string(type), "object": shaped]
    }

    private func table(_ objects: [JSONValue], metadata: JSONValue?, version: String, headers: Bool) -> JSONValue {
        self.definition.table(
            of: objects,
            metadata: metadata,
            includeObject: self.includeObject,
            apiVersion: "meta.k8s.io/\(version)",
            includeHeaders: headers,
            now: self.now()
        )
    }

    /// Items of lists carry no kind; rows do.
    private func completed(_ item: JSONValue) -> JSONValue {
        var item = item
        item["kind"] = .string(self.definition.kind)
        item["apiVersion"] = .string(self.definition.served(version: self.version).apiVersion)
        return item
    }

    func checkInclude() throws(StatusError) {
        guard !["Metadata", "Object", "None", ""].contains(self.includeObject) else { return }
        throw .badRequest(
            "Unable to convert to Table as requested: includeObject: Invalid value: \"\(self.includeObject)\": must be "
                + "'Metadata', 'Object', 'None', or empty"
        )
    }

    private static func partial(_ object: JSONValue, _ version: String) -> JSONValue {
        [
            "kind": "PartialObjectMetadata", "apiVersion": .string("meta.k8s.io/\(version)"),
            "metadata": object["metadata"] ?? .emptyObject,
        ]
    }

    private static func parts(_ event: WatchEvent) -> (type: String, object: JSONValue) {
        switch event {
        case .added(let object): ("ADDED", object)
        case .modified(let object): ("MODIFIED", object)
        case .deleted(let object): ("DELETED", object)
        case .bookmark(let object): ("BOOKMARK", object)
        case .error(let status): ("ERROR", status)
        }
    }
}
