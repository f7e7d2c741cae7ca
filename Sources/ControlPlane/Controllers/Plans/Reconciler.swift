// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import KubernetesAPI

/// The decisions of one controller: pure functions of what its watches have shown and of the time.
public protocol Reconciler: Sendable {
    /// The component in its events, such as `statefulset-controller`.
    var component: String { get }
    /// The kinds that it watches.
    var watched: [GroupVersionResource] { get }

    /// The keys to sync after a change; `cache` has the change already. For a new object `old` is nil, for one that is
    /// gone `new` is.
    func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName]

    /// What to do about one key.
    func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan

    /// The same for a controller that lets what fails again and again rest: `backoffs` is what the key's last plan left.
    func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime, backoffs: Backoffs) -> ControllerPlan
}

extension Reconciler {
    /// Most controllers need no memory.
    public func plan(
        for key: ObjectName,
        in cache: ObservedObjects,
        now: WallTime,
        backoffs: Backoffs
    ) -> ControllerPlan {
        self.plan(for: key, in: cache, now: now)
    }
}

/// A change of one object as a watch shows it.
public struct ObjectChange: Hashable, Sendable {
    /// The kind.
    public var resource: GroupVersionResource
    /// The object before; nil when it is new.
    public var old: JSONValue?
    /// The object now; nil when it is gone.
    public var new: JSONValue?

    /// A change of its parts.
    public init(resource: GroupVersionResource, old: JSONValue?, new: JSONValue?) {
        self.resource = resource
        self.old = old
        self.new = new
    }

    /// The object in its newest known state.
    public var object: JSONValue { self.new ?? self.old ?? .null }
    /// Its key.
    public var key: ObjectName { ObservedObjects.key(of: self.object) }
}
