// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI
import KubernetesClient

/// What is said about versions of the API that Kubernetes has left behind and that old manifests still name.
enum Deprecation {
    private struct Version {
        var since: String
        var removed: String
        var successor: String
    }

    /// By group and version; the releases are those of Kubernetes' deprecation guide.
    private static let versions: [String: Version] = [
        "apps/v1beta1": Version(since: "v1.9", removed: "v1.16", successor: "apps/v1"),
        "apps/v1beta2": Version(since: "v1.9", removed: "v1.16", successor: "apps/v1"),
        "extensions/v1beta1": Version(since: "v1.8", removed: "v1.16", successor: "apps/v1"),
        "policy/v1beta1": Version(since: "v1.21", removed: "v1.25", successor: "policy/v1"),
    ]

    /// The text of the Warning header for a kind in a version; nil for what is not left behind.
    static func warning(about kind: String, in apiVersion: String) -> String? {
        guard let version = self.versions[apiVersion] else { return nil }
        return "\(apiVersion) \(kind) is deprecated in \(version.since)+, unavailable in \(version.removed)+; use "
            + "\(version.successor) \(kind)"
    }
}

extension ResolvedRequest {
    /// The text of the Warning header that every answer to such a request carries; nil for none.
    var deprecation: String? {
        self.definition.deprecation
            ?? Deprecation.warning(about: self.definition.kind, in: self.api.resource.apiVersion)
    }
}
