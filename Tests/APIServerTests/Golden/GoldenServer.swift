// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import KubernetesClient

/// The pure functions chained as a request handler does, over a dictionary, so that recorded requests can be fed through.
struct GoldenServer {
    struct Answer {
        var status: Int
        var body: JSONValue
        var warnings: [String]
    }

    struct Target {
        var definition: ResourceDefinition
        var version: String
        var namespace: String
        var name: String
        var subresource: String?
    }

    let registry = ResourceRegistry.standard
    /// Stored objects by resource and name.
    private var objects: [String: JSONValue] = [:]

    /// What a path is about; nil for what is not served here.
    func target(of path: String) -> Target? {
        var parts = path.split(separator: "/").map(String.init)[...]
        guard let root = parts.popFirst() else { return nil }
        let group = root == "api" ? "" : parts.popFirst() ?? ""
        guard let version = parts.popFirst() else { return nil }
        var namespace = ""
        if parts.count > 2, parts.first == "namespaces" {
            parts.removeFirst()
            namespace = parts.removeFirst()
        }
        guard let resource = parts.popFirst(),
            let definition = self.registry.definition(
                of: GroupVersionResource(group: group, version: version, resource: resource)
            )
        else { return nil }
        let name = parts.popFirst() ?? ""
        return Target(
            definition: definition,
            version: version,
            namespace: namespace,
            name: name,
            subresource: parts.popFirst()
        )
    }

    /// Puts in what the recording says is stored, so that what controllers did in between is known.
    mutating func remember(_ object: JSONValue, _ target: Target) {
        let key = "\(target.definition.resource)/\(object["metadata", "name"]?.string ?? "")"
        var object = object
        object["metadata", "managedFields"] = nil
        if let decoded = try? target.definition.decode(object, version: target.version, fieldValidation: .ignore) {
            self.objects[key] = decoded.object
        }
    }

    mutating func answer(_ step: GoldenCase.Step, _ target: Target) -> Answer? {
        let key = "\(target.definition.resource)/\(target.name)"
        let validation = FieldValidation(rawValue: step.query["fieldValidation"] ?? "") ?? .warn
        do throws(StatusError) {
            switch step.method {
            case "POST" where target.name.isEmpty:
                return try self.create(step, target, validation)
            case "PUT":
                guard let current = self.objects[key] else {
                    throw .notFound(target.definition.stored, name: target.name)
                }
                let (body, duplicates) = try Self.parsed(step, target)
                let decoded = try target.definition.decode(
                    body,
                    version: target.version,
                    fieldValidation: validation,
                    duplicateFields: duplicates
                )
                return try self.update(decoded, current, target, isFresh: step.status == 200)
            case "PATCH":
                guard let current = self.objects[key] else {
                    throw .notFound(target.definition.stored, name: target.name)
                }
                guard let type = APIRequest.PatchType(rawValue: step.contentType) else { return nil }
                let before = target.definition.encode(current, version: target.version)
                let decoded = try target.definition.decodePatched(
                    before,
                    with: step.body ?? .null,
                    type: type,
                    version: target.version,
                    fieldValidation: validation
                )
                return try self.update(decoded, current, target, isFresh: step.status == 200)
            default: return nil
            }
        } catch {
            return Answer(status: error.code, body: error.json, warnings: [])
        }
    }

    private func create(
        _ step: GoldenCase.Step,
        _ target: Target,
        _ validation: FieldValidation
    ) throws(StatusError) -> Answer {
        let (body, duplicates) = try Self.parsed(step, target)
        let decoded = try target.definition.decode(
            body,
            version: target.version,
            fieldValidation: validation,
            duplicateFields: duplicates
        )
        var object = decoded.object
        if target.definition.isNamespaced { object["metadata", "namespace"] = .string(target.namespace) }
        object["metadata", "uid"] = step.answer["metadata", "uid"]
        object["metadata", "creationTimestamp"] = step.answer["metadata", "creationTimestamp"]
        let warnings = try decoded.warnings + target.definition.admitCreate(&object)
        object["metadata", "resourceVersion"] = step.answer["metadata", "resourceVersion"]
        return Answer(status: 201, body: target.definition.encode(object, version: target.version), warnings: warnings)
    }

    private func update(
        _ decoded: ResourceDefinition.Decoded,
        _ current: JSONValue,
        _ target: Target,
        isFresh: Bool
    ) throws(StatusError) -> Answer {
        var object = decoded.object
        let named = object["metadata", "name"]?.string ?? ""
        if named != target.name {
            throw .badRequest("the name of the object (\(named)) does not match the name on the URL (\(target.name))")
        }
        let version = object["metadata", "resourceVersion"]?.string ?? ""
        // What controllers wrote between two steps is not recorded here.
        if !isFresh, !version.isEmpty, version != current["metadata", "resourceVersion"]?.string {
            throw .staleWrite(target.definition.stored, name: target.name)
        }
        object["metadata", "resourceVersion"] = current["metadata", "resourceVersion"]
        let warnings =
            try decoded.warnings
            + target.definition.admitUpdate(&object, old: current, subresource: target.subresource)
        return Answer(status: 200, body: target.definition.encode(object, version: target.version), warnings: warnings)
    }

    /// Bodies that are no JSON object are recorded as text.
    private static func parsed(
        _ step: GoldenCase.Step,
        _ target: Target
    ) throws(StatusError) -> (body: JSONValue, duplicates: [String]) {
        guard let text = step.body?.string else { return (step.body ?? .null, []) }
        do throws(JSONError) {
            let result = try JSONParser().parse(text.utf8)
            return (result.value, result.duplicateFields)
        } catch {
            let shown = text.isEmpty ? "<empty>" : text
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(target.definition.kind)): couldn't get "
                    + "version/kind; json parse error: \(error.message) (\(shown))"
            )
        }
    }
}
