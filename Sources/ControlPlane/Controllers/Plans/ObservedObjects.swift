// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import KubernetesAPI

/// What a controller has seen of the cluster: objects by kind and key, as its watches delivered them.
///
/// A value: a simulator keeps one a controller, as stale as it likes. Iteration is by key, the same in every run.
public struct ObservedObjects: Hashable, Sendable {
    private struct Store: Hashable, Sendable {
        var keys: [ObjectName] = []
        var objects: [JSONValue] = []
        var resourceVersion: Int64 = 0

        func position(of key: ObjectName) -> (index: Int, found: Bool) {
            var (low, high) = (0, self.keys.count)
            while low < high {
                let middle = (low + high) / 2
                if self.keys[middle] < key { low = middle + 1 } else { high = middle }
            }
            return (low, low < self.keys.count && self.keys[low] == key)
        }
    }

    private var stores: [GroupVersionResource: Store] = [:]

    /// An empty cache.
    public init() {}

    /// The object of that name, or nil.
    public func object(_ resource: GroupVersionResource, _ key: ObjectName) -> JSONValue? {
        guard let store = self.stores[resource] else { return nil }
        let (index, found) = store.position(of: key)
        // No conditional expression here: its nil would be JSON's null.
        guard found else { return nil }
        return store.objects[index]
    }

    /// All objects of a kind, by key.
    public func objects(_ resource: GroupVersionResource) -> [JSONValue] {
        self.stores[resource]?.objects ?? []
    }

    /// The objects of a kind in a namespace, by name.
    public func objects(_ resource: GroupVersionResource, in namespace: String) -> ArraySlice<JSONValue> {
        guard let store = self.stores[resource] else { return [] }
        let start = store.position(of: ObjectName(namespace: namespace, name: "")).index
        var end = start
        while end < store.keys.count, store.keys[end].namespace == namespace { end += 1 }
        return store.objects[start..<end]
    }

    /// The keys of all objects of a kind, in order.
    public func keys(_ resource: GroupVersionResource) -> [ObjectName] {
        self.stores[resource]?.keys ?? []
    }

    /// Up to which resourceVersion the watch of that kind has been seen; 0 before its first list.
    public func resourceVersion(_ resource: GroupVersionResource) -> Int64 {
        self.stores[resource]?.resourceVersion ?? 0
    }

    /// The key of an object.
    public static func key(of object: JSONValue) -> ObjectName {
        let metadata = object["metadata"]
        return ObjectName(namespace: metadata?["namespace"]?.string ?? "", name: metadata?["name"]?.string ?? "")
    }

    /// Takes an added or modified object; returns what was there before.
    @discardableResult
    public mutating func put(_ resource: GroupVersionResource, _ object: JSONValue) -> JSONValue? {
        self.observed(resource, version: object["metadata"]?["resourceVersion"])
        let key = Self.key(of: object)
        let (index, found) = self.stores[resource, default: Store()].position(of: key)
        if found {
            let old = self.stores[resource]?.objects[index]
            self.stores[resource]?.objects[index] = object
            return old
        }
        self.stores[resource]?.keys.insert(key, at: index)
        self.stores[resource]?.objects.insert(object, at: index)
        return nil
    }

    /// Takes a deleted object in its last state; returns what was there before.
    @discardableResult
    public mutating func remove(_ resource: GroupVersionResource, _ object: JSONValue) -> JSONValue? {
        self.observed(resource, version: object["metadata"]?["resourceVersion"])
        guard let (index, found) = self.stores[resource]?.position(of: Self.key(of: object)), found else { return nil }
        self.stores[resource]?.keys.remove(at: index)
        return self.stores[resource]?.objects.remove(at: index)
    }

    /// Takes a list in place of all that was known of a kind; returns what vanished, in its last known state.
    public mutating func replace(_ resource: GroupVersionResource, with objects: [JSONValue], version: Int64)
        -> [JSONValue]
    {
        var store = Store()
        let sorted = objects.map { (Self.key(of: $0), $0) }.sorted { $0.0 < $1.0 }
        store.keys = sorted.map(\.0)
        store.objects = sorted.map(\.1)
        store.resourceVersion = max(version, self.resourceVersion(resource))
        let old = self.stores.updateValue(store, forKey: resource) ?? Store()
        return zip(old.keys, old.objects).filter { !store.position(of: $0.0).found }.map(\.1)
    }

    /// Notes that everything up to a resourceVersion has been seen (a bookmark).
    public mutating func observed(_ resource: GroupVersionResource, version: JSONValue?) {
        let number = version?.string.flatMap(Int64.init) ?? 0
        let seen = self.stores[resource, default: Store()].resourceVersion
        self.stores[resource, default: Store()].resourceVersion = max(seen, number)
    }
}
