// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Controllers
import JSON
public import KubernetesAPI

/// A write of a sync that the next sync of the key must have seen.
public enum OwnWrite: Hashable, Sendable, CustomStringConvertible {
    /// An object was written: the watch must have come to that resourceVersion.
    case version(GroupVersionResource, ObjectName, Int64)
    /// An object's deletion was asked for: it must be gone or be seen terminating.
    case deleted(ObjectIdentity)
    /// A pod was bound: it must be seen on a node, or gone.
    case bound(ObjectIdentity)

    /// Whether a cache has seen it.
    func isSeen(in cache: ObservedObjects) -> Bool {
        switch self {
        case .version(let resource, _, let version):
            return cache.resourceVersion(resource) >= version
        case .deleted(let identity):
            guard let object = cache.object(identity.resource, identity.key) else { return true }
            return object["metadata", "uid"]?.string != identity.uid
                || object["metadata", "deletionTimestamp"]?.string != nil
        case .bound(let identity):
            guard let object = cache.object(identity.resource, identity.key) else { return true }
            return object["metadata", "uid"]?.string != identity.uid || object["spec", "nodeName"]?.string != nil
        }
    }

    public var description: String {
        switch self {
        case .version(let resource, let key, _): "\(resource) \(key)"
        case .deleted(let identity), .bound(let identity): identity.description
        }
    }
}

/// How a plan went.
public struct SyncOutcome: Hashable, Sendable {
    /// What was written, as far as it went.
    public var writes: [OwnWrite]
    /// Why it stopped; nil when all was done.
    public var failure: String?

    /// An outcome.
    public init(writes: [OwnWrite] = [], failure: String? = nil) {
        self.writes = writes
        self.failure = failure
    }
}
