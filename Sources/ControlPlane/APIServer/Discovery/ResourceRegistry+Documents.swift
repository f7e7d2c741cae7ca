// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The discovery documents, made from the registry.
extension ResourceRegistry {
    /// `/version`: what clients take the server for.
    package var version: JSONValue {
        [
            "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
            "minCompatibilityMinor": "35", "gitVersion": "v1.36.2", "gitCommit": "seatrial", "gitTreeState": "clean",
            "buildDate": "2026-06-01T00:00:00Z", "goVersion": "none", "compiler": "swiftc", "platform": "linux/amd64",
        ]
    }

    /// `/api`.
    package var apiVersions: JSONValue {
        [
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"]],
        ]
    }

    /// `/apis`.
    package var apiGroupList: JSONValue {
        ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(self.groups.map(self.groupMembers))]
    }

    /// `/apis/GROUP`, or nil for a group that is not served.
    package func apiGroup(_ group: String) -> JSONValue? {
        guard !group.isEmpty, self.groups.contains(group) else { return nil }
        var json = self.groupMembers(group)
        json["kind"] = "APIGroup"
        json["apiVersion"] = "v1"
        return json
    }

    /// `/api/v1` or `/apis/GROUP/VERSION`, or nil when nothing is served there.
    package func apiResourceList(group: String, version: String) -> JSONValue? {
        let definitions = self.definitions(group: group, version: version)
        guard !definitions.isEmpty else { return nil }
        var json: JSONValue = [
            "kind": "APIResourceList", "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .array(definitions.flatMap(Self.resources)),
        ]
        // The core group's list is older than the field.
        if !group.isEmpty { json["apiVersion"] = "v1" }
        return json
    }

    /// The whole of `/api` or `/apis` in one document.
    /// - Parameter version: `v2` or `v2beta1`.
    package func aggregatedDiscovery(isCore: Bool, version: String) -> JSONValue {
        let groups = isCore ? [""] : self.groups
        return [
            "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"),
            "metadata": .emptyObject, "items": .array(groups.map(self.aggregatedGroup)),
        ]
    }

    // MARK: - Parts

    /// The groups beside the core group, in order.
    private var groups: [String] {
        var groups: [String] = []
        for definition in self.definitions where !definition.group.isEmpty && !groups.contains(definition.group) {
            groups.append(definition.group)
        }
        return groups
    }

    /// A group's versions, the preferred one first.
    func versions(of group: String) -> [String] {
        var versions: [String] = []
        for definition in self.definitions where definition.group == group {
            for version in definition.versions where !versions.contains(version) { versions.append(version) }
        }
        return versions
    }

    /// The kinds of a group and version, by resource.
    func definitions(group: String, version: String) -> [ResourceDefinition] {
        self.definitions.filter { $0.group == group && $0.versions.contains(version) }
            .sorted { $0.resource < $1.resource }
    }

    private func groupMembers(_ group: String) -> JSONValue {
        let versions = self.versions(of: group).map { version -> JSONValue in
            ["groupVersion": .string("\(group)/\(version)"), "version": .string(version)]
        }
        return ["name": .string(group), "versions": .array(versions), "preferredVersion": versions.first ?? .null]
    }

    private static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

    private static func resources(of definition: ResourceDefinition) -> [JSONValue] {
        var resource: JSONValue = [
            "name": .string(definition.resource), "singularName": .string(definition.singular),
            "namespaced": .bool(definition.isNamespaced), "kind": .string(definition.kind),
            "verbs": Self.strings(definition.verbs),
        ]
        if !definition.shortNames.isEmpty { resource["shortNames"] = Self.strings(definition.shortNames) }
        if !definition.categories.isEmpty { resource["categories"] = Self.strings(definition.categories) }
        if !definition.storageVersionHash.isEmpty {
            resource["storageVersionHash"] = .string(definition.storageVersionHash)
        }
        let subresources = definition.subresources.map { subresource in
            var json: JSONValue = [
                "name": .string("\(definition.resource)/\(subresource.name)"), "singularName": "",
                "namespaced": .bool(definition.isNamespaced), "kind": .string(subresource.kind),
                "verbs": Self.strings(subresource.verbs),
            ]
            json["group"] = subresource.group.map(JSONValue.string)
            json["version"] = subresource.version.map(JSONValue.string)
            return json
        }
        return [resource] + subresources
    }

    private func aggregatedGroup(_ group: String) -> JSONValue {
        let versions = self.versions(of: group).map { version -> JSONValue in
            [
                "version": .string(version), "freshness": "Current",
                "resources": .array(self.definitions(group: group, version: version).map(Self.aggregatedResource)),
            ]
        }
        let metadata: JSONValue = group.isEmpty ? .emptyObject : ["name": .string(group)]
        return ["metadata": metadata, "versions": .array(versions)]
    }

    private static func aggregatedResource(_ definition: ResourceDefinition) -> JSONValue {
        var json: JSONValue = [
            "resource": .string(definition.resource),
            "responseKind": ["group": "", "version": "", "kind": .string(definition.kind)],
            "scope": definition.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(definition.singular), "verbs": Self.strings(definition.verbs),
        ]
        if !definition.shortNames.isEmpty { json["shortNames"] = Self.strings(definition.shortNames) }
        if !definition.categories.isEmpty { json["categories"] = Self.strings(definition.categories) }
        if !definition.subresources.isEmpty {
            json["subresources"] = .array(
                definition.subresources.map { subresource in
                    [
                        "subresource": .string(subresource.name),
                        "responseKind": [
                            "group": .string(subresource.group ?? ""), "version": .string(subresource.version ?? ""),
                            "kind": .string(subresource.kind),
                        ],
                        "verbs": Self.strings(subresource.verbs),
                    ]
                }
            )
        }
        return json
    }
}
