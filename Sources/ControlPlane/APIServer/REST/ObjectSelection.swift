// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON
import KubernetesAPI
import KubernetesClient

/// Which objects of a collection a request is about: by name, labels and fields.
package struct ObjectSelection: Hashable, Sendable {
    private var name: String?
    private var labels = LabelQuery()
    private var fields = FieldSelector()
    private var table = SelectableFields.metadataOnly

    /// All objects.
    package init() {}

    /// Whether every object is selected.
    var isEmpty: Bool { self.name == nil && self.labels.requirements.isEmpty && self.fields.requirements.isEmpty }

    /// The selection of a request.
    /// - Throws: 400 for a text that is no selector, and for a field that the kind does not select by.
    init(_ api: APIRequest) throws(StatusError) {
        self.name = api.name
        self.table = SelectableFields.of(api.resource)
        do throws(SelectorError) {
            self.labels = try LabelQuery(api.parameters["labelSelector"] ?? "")
            self.fields = try FieldSelector(api.parameters["fieldSelector"] ?? "")
        } catch {
            throw .badRequest(error.description)
        }
        for requirement in self.fields.requirements where self.table.path(of: requirement.field) == nil {
            throw .badRequest(self.table.refusal(of: requirement.field))
        }
    }

    /// Whether an object is selected.
    package func matches(_ object: JSONValue) -> Bool {
        if let name, object.name != name { return false }
        if !self.labels.requirements.isEmpty, !self.labels.matches(Self.labels(object["metadata", "labels"])) {
            return false
        }
        return self.fields.requirements.isEmpty || self.fields.matches { self.table.value(of: $0, in: object) }
    }

    /// Whether a selector of an object (a budget, a service) selects these labels; an absent one selects nothing.
    static func selects(_ selector: JSONValue?, _ labels: JSONValue?) -> Bool {
        guard let selector, !selector.isNull else { return false }
        return LabelSelector(json: selector).matches(Self.labels(labels))
    }

    private static func labels(_ json: JSONValue?) -> [String: String] {
        guard let object = json?.object else { return [:] }
        return Dictionary(uniqueKeysWithValues: object.compactMap { key, value in value.string.map { (key, $0) } })
    }
}

/// The fields that objects of a kind can be selected by, as upstream's conversion functions name them.
struct SelectableFields: Hashable, Sendable {
    /// Query name and where it is in the object.
    private var paths: [String: [String]]
    /// Whether the kind has a list of its own (upstream words its refusals otherwise then).
    private var isCustom: Bool

    static let metadataOnly = SelectableFields(paths: [:], isCustom: false)

    private init(paths: [String: [String]], isCustom: Bool) {
        self.paths = paths
        self.isCustom = isCustom
        self.paths["metadata.name"] = ["metadata", "name"]
        self.paths["metadata.namespace"] = ["metadata", "namespace"]
    }

    private init(_ names: [String]) {
        let paths = names.map { ($0, $0.split(separator: ".").map(String.init)) }
        self.init(paths: Dictionary(uniqueKeysWithValues: paths), isCustom: true)
    }

    private static let pods = SelectableFields([
        "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
        "status.phase", "status.podIP", "status.nominatedNodeName",
    ])
    private static let events = SelectableFields([
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", "source", "type",
    ])
    private static let nodes = SelectableFields(["spec.unschedulable"])
    private static let namespaces = SelectableFields(["status.phase"])
    private static let services = SelectableFields(["spec.clusterIP", "spec.type"])

    static func of(_ resource: GroupVersionResource) -> SelectableFields {
        switch (resource.group, resource.resource) {
        case ("", "pods"): self.pods
        case ("", "events"), ("events.k8s.io", "events"): self.events
        case ("", "nodes"): self.nodes
        case ("", "namespaces"): self.namespaces
        case ("", "services"): self.services
        case (_, _): self.metadataOnly
        }
    }

    func path(of field: String) -> [String]? { self.paths[field] }

    func refusal(of field: String) -> String {
        self.isCustom
            ? "field label not supported: \(field)"
            : "\"\(field)\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
    }

    /// The field as text; false and 0 for what is absent is the empty text but for truth values.
    func value(of field: String, in object: JSONValue) -> String {
        if field == "source" {
            return object["source", "component"]?.string ?? object["reportingComponent"]?.string ?? ""
        }
        let value = self.paths[field]?.reduce(JSONValue?.some(object)) { $0?[$1] }
        let isTruth = field == "spec.unschedulable" || field == "spec.hostNetwork"
        switch value {
        case .string(let text)?: return text
        case .bool(let truth)?: return truth ? "true" : "false"
        case .integer(let number)?: return String(number)
        case .null?, .double?, .array?, .object?, nil: return isTruth ? "false" : ""
        }
    }
}
