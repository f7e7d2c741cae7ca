// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON
import KubernetesAPI

/// An Event to record: what a controller tells people about an object.
public struct EventRecord: Hashable, Sendable {
    /// `Normal` or `Warning`.
    public enum Kind: String, Hashable, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// Stands for an error's text in the message of a failure event.
    public static let errorPlaceholder = "%error%"

    /// The object it is about: an ObjectReference with kind, apiVersion, namespace, name, uid, resourceVersion.
    public var involved: JSONValue
    /// Normal or Warning.
    public var kind: Kind
    /// One word, such as `SuccessfulCreate`.
    public var reason: String
    /// The sentence.
    public var message: String
    /// Who says it; nil for the controller's own component.
    public var component: String?
    /// What was being done (`Scheduling`, `Binding`); set, the event takes the form of events.k8s.io.
    public var action: String?

    /// An event about an object.
    public init(
        about object: JSONValue,
        kind objectKind: String,
        apiVersion: String,
        _ kind: Kind,
        _ reason: String,
        _ message: String
    ) {
        let metadata = object["metadata"] ?? .emptyObject
        var involved: JSONValue = ["kind": .string(objectKind), "apiVersion": .string(apiVersion)]
        for field in ["namespace", "name", "uid", "resourceVersion"] {
            involved[field] = metadata[field]
        }
        self.involved = involved
        self.kind = kind
        self.reason = reason
        self.message = message
    }
}
