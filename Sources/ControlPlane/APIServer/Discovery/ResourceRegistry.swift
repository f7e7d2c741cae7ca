// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import KubernetesAPI

/// All kinds that the server serves; the one table behind routing, discovery, OpenAPI and kubectl's tables.
package struct ResourceRegistry: Sendable {
    /// The definitions, in the order of discovery.
    package let definitions: [ResourceDefinition]
    private let byResource: [GroupVersionResource: Int]

    /// A registry of these kinds.
    package init(_ definitions: [ResourceDefinition]) {
        self.definitions = definitions
        var byResource: [GroupVersionResource: Int] = [:]
        for (index, definition) in definitions.enumerated() {
            for version in definition.versions { byResource[definition.served(version: version)] = index }
        }
        self.byResource = byResource
    }

    /// The definition of a resource in a version that is served.
    package func definition(of resource: GroupVersionResource) -> ResourceDefinition? {
        self.byResource[resource].map { self.definitions[$0] }
    }

    /// The definition of a kind in a version that is served.
    package func definition(apiVersion: String, kind: String) -> ResourceDefinition? {
        self.definitions.first { definition in
            definition.kind == kind
                && definition.versions.contains { definition.served(version: $0).apiVersion == apiVersion }
        }
    }

    /// Whether anything is served in a group and version.
    package func serves(group: String, version: String) -> Bool {
        self.definitions.contains { $0.group == group && $0.versions.contains(version) }
    }
}
