// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON
import KubernetesAPI

/// OpenAPI documents, made from the schema of the known fields: enough for kubectl to validate, to apply and to explain
/// the structure of objects.
extension ResourceRegistry {
    private static let info: JSONValue = ["title": "Kubernetes", "version": "v1.36.2"]

    /// `/openapi/v2`.
    package var openAPIv2: JSONValue {
        let writer = OpenAPIWriter(registry: self, referencePrefix: "#/definitions/", isVersion3: false)
        var paths = JSONObject()
        for definition in self.definitions {
            for version in definition.versions {
                for (path, item) in writer.paths(of: definition, version: version) { paths[path] = item }
            }
        }
        return [
            "swagger": "2.0", "info": Self.info, "paths": .object(paths),
            "definitions": .object(writer.schemas(for: self.definitions, version: nil)),
        ]
    }

    /// `/openapi/v3`: where the documents of the groups and versions are.
    package var openAPIv3Root: JSONValue {
        var paths = JSONObject()
        for (path, group, version) in self.openAPIPaths {
            let hash = self.openAPIv3(group: group, version: version).text.utf8.reduce(
                UInt64(14_695_981_039_346_656_037)
            ) {
                ($0 ^ UInt64($1)) &* 1_099_511_628_211
            }
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(String(hash, radix: 16))")]
        }
        return ["paths": .object(paths)]
    }

    /// `/openapi/v3/PATH`, such as `apis/apps/v1`, or nil when nothing is served there.
    package func openAPIv3(path: String) -> JSONValue? {
        self.openAPIPaths.first { $0.path == path }.map { self.openAPIv3(group: $0.group, version: $0.version) }
    }

    private var openAPIPaths: [(path: String, group: String, version: String)] {
        var paths: [(path: String, group: String, version: String)] = []
        for definition in self.definitions {
            for version in definition.versions {
                let path = definition.group.isEmpty ? "api/\(version)" : "apis/\(definition.group)/\(version)"
                if !paths.contains(where: { $0.path == path }) { paths.append((path, definition.group, version)) }
            }
        }
        return paths
    }

    private func openAPIv3(group: String, version: String) -> JSONValue {
        let writer = OpenAPIWriter(registry: self, referencePrefix: "#/components/schemas/", isVersion3: true)
        let definitions = self.definitions(group: group, version: version)
        var paths = JSONObject()
        for definition in definitions {
            for (path, item) in writer.paths(of: definition, version: version) { paths[path] = item }
        }
        return [
            "openapi": "3.0.0", "info": Self.info, "paths": .object(paths),
            "components": ["schemas": .object(writer.schemas(for: definitions, version: version))],
        ]
    }
}

/// Writes schemas and paths in the form of one OpenAPI version.
struct OpenAPIWriter {
    let registry: ResourceRegistry
    let referencePrefix: String
    let isVersion3: Bool
    private let schema = Schema.standard

    init(registry: ResourceRegistry, referencePrefix: String, isVersion3: Bool) {
        self.registry = registry
        self.referencePrefix = referencePrefix
        self.isVersion3 = isVersion3
    }

    // MARK: - Schemas

    /// The schemas of kinds in a version (nil: in all that they are served in), their lists, and all that these refer to.
    func schemas(for definitions: [ResourceDefinition], version: String?) -> JSONObject {
        var result = JSONObject()
        var pending: [String] = []
        for definition in definitions {
            guard let root = self.schema.definition(definition.schemaName ?? definition.kind) else { continue }
            for served in definition.versions where version == nil || served == version {
                let name = self.name(of: definition, version: served)
                result[name] = self.object(root, kinds: [self.groupVersionKind(definition, served, definition.kind)])
                result["\(name)List"] = self.list(of: definition, version: served, item: name)
            }
            pending += self.references(of: root)
            pending += definition.subresources.map(\.kind).filter { self.schema.definition($0) != nil }
        }
        result["\(Self.metaPackage).ListMeta"] = Self.listMeta
        var seen: Set<String> = []
        while let name = pending.popLast() {
            guard seen.insert(name).inserted, let definition = self.schema.definition(name) else { continue }
            if result[definition.openAPIName] == nil {
                result[definition.openAPIName] = self.object(definition, kinds: self.kinds(of: definition))
            }
            pending += self.references(of: definition)
        }
        return result
    }

    private static let metaPackage = "io.k8s.apimachinery.pkg.apis.meta.v1"

    private static let listMeta: JSONValue = [
        "type": "object",
        "properties": [
            "continue": ["type": "string"], "remainingItemCount": ["type": "integer", "format": "int64"],
            "resourceVersion": ["type": "string"], "selfLink": ["type": "string"],
        ],
    ]

    /// The name of a kind's schema in a version; the table knows only that of the stored one.
    private func name(of definition: ResourceDefinition, version: String) -> String {
        let known = self.schema.definition(definition.schemaName ?? definition.kind)?.openAPIName ?? definition.kind
        guard definition.schemaName == nil, definition.isConverted(version: version) else { return known }
        guard definition.storage == nil else { return "io.k8s.api.\(definition.group).\(version).\(definition.kind)" }
        return known.replacingVersion(definition.versions[0], by: version)
    }

    /// The kinds that a definition is, when it is one that is not served as a resource of its own (`Eviction`, `Scale`).
    private func kinds(of definition: Schema.Definition) -> [JSONValue] {
        guard definition.isKind else { return [] }
        let parts = definition.package.split(separator: ".")
        guard parts.count >= 2, let version = parts.last else { return [] }
        let group = parts[parts.count - 2] == "core" ? "" : String(parts[parts.count - 2])
        return [["group": .string(group), "version": .string(String(version)), "kind": .string(definition.name)]]
    }

    private func groupVersionKind(_ definition: ResourceDefinition, _ version: String, _ kind: String) -> JSONValue {
        ["group": .string(definition.group), "version": .string(version), "kind": .string(kind)]
    }

    private func list(of definition: ResourceDefinition, version: String, item: String) -> JSONValue {
        [
            "type": "object", "required": ["items"],
            "properties": [
                "apiVersion": ["type": "string"], "kind": ["type": "string"],
                "items": ["type": "array", "items": self.reference(item)],
                "metadata": self.reference("\(Self.metaPackage).ListMeta"),
            ],
            "x-kubernetes-group-version-kind": [self.groupVersionKind(definition, version, "\(definition.kind)List")],
        ]
    }

    private func references(of definition: Schema.Definition) -> [String] {
        definition.fields.compactMap { self.schema.element(of: $0.type)?.name }
    }

    private func object(_ definition: Schema.Definition, kinds: [JSONValue]) -> JSONValue {
        var properties = JSONObject()
        if definition.isKind {
            properties["apiVersion"] = ["type": "string"]
            properties["kind"] = ["type": "string"]
        }
        for field in definition.fields { properties[field.name] = self.property(field) }
        var json: JSONValue = ["type": "object", "properties": .object(properties)]
        let required = definition.fields.filter { Self.isRequired($0, in: definition) }.map(\.name)
        if !required.isEmpty { json["required"] = .array(required.map(JSONValue.string)) }
        if !kinds.isEmpty { json["x-kubernetes-group-version-kind"] = .array(kinds) }
        return json
    }

    /// What a client must send. What is always written is not always required: upstream has defaults for some, and nobody
    /// sends a status.
    private static func isRequired(_ field: Schema.Field, in definition: Schema.Definition) -> Bool {
        guard field.isAlwaysWritten, !definition.name.hasSuffix("Status") else { return false }
        switch field.type {
        case .time, .microTime: return false
        case .string, .int32, .int64, .bool, .bytes, .quantity, .intOrString, .any, .object, .list, .map: break
        }
        let optional: Set<String> = [
            "serviceName", "targetPort", "divisor", "reportingComponent", "reportingInstance", "apiGroup", "service",
        ]
        return !optional.contains(field.name)
    }

    private func property(_ field: Schema.Field) -> JSONValue {
        var json = self.type(field.type)
        switch field.merge {
        case .byDefault: break
        case .replace: json["x-kubernetes-patch-strategy"] = "replace"
        case .values: json["x-kubernetes-patch-strategy"] = "merge"
        case .key(let key):
            json["x-kubernetes-patch-strategy"] = field.retainsKeys ? "merge,retainKeys" : "merge"
            json["x-kubernetes-patch-merge-key"] = .string(key)
            json["x-kubernetes-list-type"] = "map"
            json["x-kubernetes-list-map-keys"] = [.string(key)]
        }
        // A reference takes no neighbours in version 3; upstream wraps it then.
        if self.isVersion3, let reference = json["$ref"], (json.object?.count ?? 0) > 1 {
            json["$ref"] = nil
            json["allOf"] = [["$ref": reference]]
        }
        return json
    }

    private func type(_ type: Schema.FieldType) -> JSONValue {
        switch type {
        case .string: ["type": "string"]
        case .int32: ["type": "integer", "format": "int32"]
        case .int64: ["type": "integer", "format": "int64"]
        case .bool: ["type": "boolean"]
        case .bytes: ["type": "string", "format": "byte"]
        case .quantity:
            self.isVersion3
                ? ["oneOf": [["type": "string"], ["type": "number"]]] : ["type": "string", "format": "quantity"]
        case .intOrString:
            self.isVersion3
                ? ["oneOf": [["type": "integer"], ["type": "string"]], "format": "int-or-string"]
                : ["type": "string", "format": "int-or-string"]
        case .time, .microTime: ["type": "string", "format": "date-time"]
        case .any: ["type": "object"]
        case .object(let name): self.reference(self.schema.definition(name)?.openAPIName ?? name)
        case .list(let element): ["type": "array", "items": self.type(element)]
        case .map(let element): ["type": "object", "additionalProperties": self.type(element)]
        }
    }

    private func reference(_ name: String) -> JSONValue { ["$ref": .string(self.referencePrefix + name)] }

    // MARK: - Paths

    private static let actions = [
        ("get", "get"), ("list", "get"), ("create", "post"), ("update", "put"), ("patch", "patch"),
        ("delete", "delete"),
        ("deletecollection", "delete"),
    ]

    /// The paths of a kind with their operations; kubectl looks there for what `fieldValidation` and dry runs support.
    func paths(of definition: ResourceDefinition, version: String) -> [(String, JSONValue)] {
        let root = definition.group.isEmpty ? "/api/\(version)" : "/apis/\(definition.group)/\(version)"
        let collection = root + (definition.isNamespaced ? "/namespaces/{namespace}/" : "/") + definition.resource
        return [
            (collection, self.item(definition, version, verbs: ["list", "create", "deletecollection"])),
            (collection + "/{name}", self.item(definition, version, verbs: ["get", "update", "patch", "delete"])),
        ]
    }

    private func item(_ definition: ResourceDefinition, _ version: String, verbs: [String]) -> JSONValue {
        var item = JSONObject()
        for (verb, method) in Self.actions where verbs.contains(verb) && definition.verbs.contains(verb) {
            let action = verb == "create" ? "post" : verb == "update" ? "put" : verb
            var parameters: [JSONValue] = []
            if ["post", "put", "patch"].contains(action) {
                for name in ["dryRun", "fieldManager", "fieldValidation"] { parameters.append(self.parameter(name)) }
            } else if action == "delete" {
                parameters.append(self.parameter("dryRun"))
            }
            item[method] = [
                "operationId": .string("\(action)\(definition.kind)"), "parameters": .array(parameters),
                "responses": ["200": ["description": "OK"]], "x-kubernetes-action": .string(action),
                "x-kubernetes-group-version-kind": self.groupVersionKind(definition, version, definition.kind),
            ]
        }
        return .object(item)
    }

    private func parameter(_ name: String) -> JSONValue {
        var json: JSONValue = ["name": .string(name), "in": "query"]
        if self.isVersion3 {
            json["schema"] = ["type": "string", "uniqueItems": true]
        } else {
            json["type"] = "string"
            json["uniqueItems"] = true
        }
        return json
    }
}

extension String {
    /// The last package of a schema's name changed from one version to another.
    fileprivate func replacingVersion(_ old: String, by new: String) -> String {
        var parts = self.split(separator: ".").map(String.init)
        guard let index = parts.lastIndex(of: old) else { return self }
        parts[index] = new
        return parts.joined(separator: ".")
    }
}
