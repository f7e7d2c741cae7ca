// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import KubernetesAPI

/// The form in which a client wants its answer, out of its Accept header.
package enum Representation: Hashable, Sendable {
    /// The object itself.
    case object
    /// Rows for `kubectl get`, in a version of meta.k8s.io.
    case table(version: String)
    /// Only the metadata, in a version of meta.k8s.io.
    case partialObjectMetadata(version: String)
    /// Aggregated discovery, in a version of apidiscovery.k8s.io.
    case aggregatedDiscovery(version: String)
}

/// A media type with its parameters.
package struct MediaType: Hashable, Sendable {
    package var name: String
    package var parameters: [String: String]

    /// The media types of a header, best first.
    package static func list(_ header: String) -> [MediaType] {
        let all = header.split(separator: ",").map { clause -> (MediaType, Double) in
            let parts = clause.split(separator: ";").map { Self.trimmed($0) }
            var type = MediaType(name: parts.first?.lowercased() ?? "", parameters: [:])
            for part in parts.dropFirst() {
                let pair = part.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { type.parameters[String(pair[0])] = String(pair[1]) }
            }
            let quality = type.parameters.removeValue(forKey: "q").flatMap(Double.init) ?? 1
            return (type, quality)
        }
        // A stable sort: of equal quality the first counts.
        return all.enumerated().sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }.map(\.element.0)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}

/// What an answer is to look like.
package struct Negotiation: Hashable, Sendable {
    package var representation: Representation
    /// Whether the answer is to be YAML.
    package var isYAML = false

    private static let objectTypes = "application/json, application/yaml, application/vnd.kubernetes.protobuf"

    /// The best form that both sides know. Protobuf is never written: who accepts nothing else gets JSON, which all clients read.
    /// - Parameters:
    ///   - accept: the Accept header; nil or empty for anything.
    ///   - isDiscovery: whether the path is one of discovery, which knows no tables.
    ///   - hasStreams: whether the path can be watched (only the text of a refusal depends on it).
    /// - Throws: 406.
    package init(accept: String?, isDiscovery: Bool, hasStreams: Bool) throws(StatusError) {
        self.representation = .object
        let types = MediaType.list(accept ?? "")
        guard !types.isEmpty else { return }
        var wasTransformUnknown = false
        for type in types {
            let known = [
                "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "*/*", "application/*",
            ]
            guard known.contains(type.name) else { continue }
            let isProtobuf = type.name.hasSuffix("protobuf")
            guard let target = type.parameters["as"], !target.isEmpty else {
                if isProtobuf, types.count > 1 { continue }
                self.isYAML = type.name == "application/yaml"
                return
            }
            guard let representation = Self.representation(target, type, isDiscovery: isDiscovery) else {
                wasTransformUnknown = true
                continue
            }
            if isProtobuf { continue }
            self.representation = representation
            return
        }
        if types.contains(where: { $0.name.hasSuffix("protobuf") && $0.parameters["as"] == nil }) { return }
        if wasTransformUnknown, !isDiscovery {
            throw .notAcceptable("only the following media types are accepted: \(Self.objectTypes)")
        }
        if isDiscovery, wasTransformUnknown { return }
        let streams = ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"
        var error = StatusError.notAcceptable(
            "406: Not Acceptable\n\nAvailable representations: \(Self.objectTypes)\(hasStreams ? streams : "")"
        )
        error.details = .init()
        throw error
    }

    private static func representation(_ target: String, _ type: MediaType, isDiscovery: Bool) -> Representation? {
        let version = type.parameters["v"] ?? ""
        if isDiscovery {
            let isKnown = target == "APIGroupDiscoveryList" && type.parameters["g"] == "apidiscovery.k8s.io"
            return isKnown && ["v2", "v2beta1"].contains(version) ? .aggregatedDiscovery(version: version) : nil
        }
        guard type.parameters["g"] == "meta.k8s.io", ["v1", "v1beta1"].contains(version) else { return nil }
        switch target {
        case "Table": return .table(version: version)
        case "PartialObjectMetadata", "PartialObjectMetadataList": return .partialObjectMetadata(version: version)
        case _: return nil
        }
    }
}
