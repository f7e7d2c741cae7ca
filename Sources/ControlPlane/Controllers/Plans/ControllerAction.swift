// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import KubernetesAPI

/// One request that a plan asks its shell to send, with what to say about the outcome.
public struct ControllerAction: Hashable, Sendable {
    /// What is asked of the object.
    public enum Operation: Hashable, Sendable {
        /// Create the object in ``ControllerAction/body``.
        case create
        /// Replace the object (or its subresource); the body carries the resourceVersion that was observed.
        case update(subresource: String?)
        /// A JSON merge patch of the object (or its subresource).
        case mergePatch(subresource: String?)
        /// Delete that life of the object (and only in that version, if one is named); `propagation` is `Background`,
        /// `Foreground`, `Orphan` or nil (the default).
        case delete(uid: String, resourceVersion: String? = nil, propagation: String? = nil)
        /// Delete that pod by the eviction subresource, which asks its disruption budget.
        case evict(uid: String)
        /// Read the object: what became of a request without an answer.
        case read
        /// Create the subresource in the body (`binding`).
        case createSubresource(String)
    }

    /// An answer that is as good as success.
    public enum Tolerated: Hashable, Sendable {
        /// 404, or 409 since the name belongs to another life by now: it is gone already.
        case absence
        /// 409 `AlreadyExists`: somebody made it already.
        case existence
    }

    /// Something that must hold at the server (a live read), since a cache may be stale; otherwise the action fails.
    public enum Precondition: Hashable, Sendable {
        /// No object of that name has that uid.
        case absent(ObjectIdentity)
        /// The object of that name has that uid and is not being deleted.
        case present(ObjectIdentity)

        /// Whose live state is asked for.
        public var identity: ObjectIdentity {
            switch self {
            case .absent(let identity), .present(let identity): identity
            }
        }

        /// What is wrong, given the object of that name as it is now; nil when the precondition holds.
        public func unmet(by object: JSONValue?) -> String? {
            switch self {
            case .absent(let identity):
                return object?.uid == identity.uid ? "\(identity) is still there" : nil
            case .present(let identity):
                guard let object, object.uid == identity.uid else {
                    return "\(identity) with uid \(identity.uid) is gone"
                }
                return object.isTerminating ? "\(identity) has just been deleted" : nil
            }
        }
    }

    /// What is asked.
    public var operation: Operation
    /// Of which kind of object.
    public var resource: GroupVersionResource
    /// Namespace and name.
    public var key: ObjectName
    /// The object, patch or subresource.
    public var body: JSONValue?
    /// The answer that counts as success beside success.
    public var tolerated: Tolerated?
    /// What must hold at the server first.
    public var preconditions: [Precondition] = []
    /// Recorded when it succeeded.
    public var successEvent: EventRecord?
    /// Recorded when it failed; `%error%` in its message stands for the error's text.
    public var failureEvent: EventRecord?

    /// An action; what is left out is absent.
    public init(
        _ operation: Operation,
        _ resource: GroupVersionResource,
        _ key: ObjectName,
        body: JSONValue? = nil,
        tolerated: Tolerated? = nil
    ) {
        self.operation = operation
        self.resource = resource
        self.key = key
        self.body = body
        self.tolerated = tolerated
    }
}
