// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Settings that are kept from view.
public struct Secret: KubernetesObject {
    public static let kind = "Secret"
    public static let resource = GroupVersionResource.secrets

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The bytes, in base 64.
    public var data: [String: String] {
        get { self[textMap: "data"] }
        set { self[textMap: "data"] = newValue }
    }
    /// Texts that a write turns into data; never read back.
    public var stringData: [String: String] {
        get { self[textMap: "stringData"] }
        set { self[textMap: "stringData"] = newValue }
    }
    /// What it is for, such as `Opaque`.
    public var type: String {
        get { self[text: "type"] }
        set { self[text: "type"] = newValue }
    }
    /// Whether its data may not change.
    public var isImmutable: Bool {
        get { self[flag: "immutable"] }
        set { self[flag: "immutable"] = newValue }
    }
}
