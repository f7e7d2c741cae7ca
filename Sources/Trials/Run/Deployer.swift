// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// Creates a trial's objects.
struct Deployer {
    let client: KubernetesClient

    /// Creates the objects in order.
    /// - Throws: ``SourceError`` that names the file and line of the object which the server refused.
    func deploy(_ manifests: [Trial.Manifest]) async throws {
        for manifest in manifests {
            guard let resource = GroupVersionResource(manifest: manifest.object) else {
                throw Self.error(manifest, "the object has no apiVersion or kind")
            }
            var namespace = manifest.object["metadata", "namespace"]?.string
            if namespace == nil, !Self.clusterWide.contains(resource.resource) { namespace = "default" }
            do {
                try await self.client.send(
                    APIRequest(.create, resource, namespace: namespace, body: manifest.object)
                )
            } catch let error as StatusError {
                throw Self.error(manifest, error.message)
            }
        }
    }

    private static let clusterWide: Set<String> = ["namespaces", "nodes", "persistentvolumes", "storageclasses"]

    private static func error(_ manifest: Trial.Manifest, _ message: String) -> SourceError {
        let kind = manifest.object["kind"]?.string ?? "object"
        let name = manifest.object["metadata", "name"]?.string ?? ""
        return SourceError(file: manifest.file, line: manifest.line, message: "\(kind) \(name): \(message)")
    }
}

extension GroupVersionResource {
    /// The resource that serves a manifest's kind: the plural in lower case, guessed as kubectl guesses it.
    init?(manifest: JSONValue) {
        guard let apiVersion = manifest["apiVersion"]?.string, let kind = manifest["kind"]?.string else { return nil }
        let parts = apiVersion.split(separator: "/", maxSplits: 1).map(String.init)
        guard let version = parts.last else { return nil }
        let singular = kind.lowercased()
        let plural: String
        if singular == "endpoints" {
            plural = singular
        } else if singular.hasSuffix("s") {
            plural = singular + "es"
        } else if singular.hasSuffix("y") {
            plural = singular.dropLast() + "ies"
        } else {
            plural = singular + "s"
        }
        self.init(group: parts.count == 2 ? parts[0] : "", version: version, resource: plural)
    }
}
