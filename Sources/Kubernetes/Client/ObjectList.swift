// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import KubernetesAPI

/// Objects of one kind at one resourceVersion.
public struct ObjectList<Object: KubernetesObject>: Hashable, Sendable {
    /// The objects, as the server ordered them: by namespace and name.
    public var items: [Object]
    /// Where a watch takes up without a gap.
    public var resourceVersion: String

    /// Reads a list's JSON; items of a list carry no kind of their own, so they get it back here.
    public init(json: JSONValue, apiVersion: String, kind: String) {
        self.resourceVersion = json["metadata", "resourceVersion"]?.string ?? ""
        self.items = (json["items"]?.array ?? []).map { item in
            var item = item
            item["apiVersion"] = .string(apiVersion)
            item["kind"] = .string(kind)
            return Object(json: item)
        }
    }
}
