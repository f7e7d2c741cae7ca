// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object, sorted by the UTF-8 bytes of their names.
///
/// Sorted, so that equality does not depend on insertion order, iteration is the same in every run, and the written
/// form is canonical. Objects of an API are small: a binary search in a flat array beats hashing there.
public struct JSONObject: Hashable, Sendable {
    /// The names, sorted.
    public private(set) var keys: [String] = []
    /// The values, in the order of ``keys``.
    public private(set) var values: [JSONValue] = []

    /// No members.
    public init() {}

    /// Members from pairs; of a repeated name the last counts, as in kubectl.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members {
            self[key] = value
        }
    }

    /// Members whose names are sorted and distinct already.
    init(sortedKeys keys: [String], values: [JSONValue]) {
        self.keys = keys
        self.values = values
    }

    /// How many members there are.
    public var count: Int { self.keys.count }
    /// Whether there are none.
    public var isEmpty: Bool { self.keys.isEmpty }

    /// The member of that name; setting nil removes it.
    /// - Complexity: O(log n) to read, O(n) to insert or remove.
    public subscript(key: String) -> JSONValue? {
        get {
            let (index, found) = self.position(of: key)
            return found ? self.values[index] : nil
        }
        set {
            let (index, found) = self.position(of: key)
            switch (newValue, found) {
            case (let value?, true):
                self.values[index] = value
            case (let value?, false):
                self.keys.insert(key, at: index)
                self.values.insert(value, at: index)
            case (nil, true):
                self.keys.remove(at: index)
                self.values.remove(at: index)
            case (nil, false):
                break
            }
        }
    }

    private func position(of key: String) -> (index: Int, found: Bool) {
        // Parsers meet names in order more often than not.
        if let last = self.keys.last, last < key { return (self.keys.count, false) }
        var (low, high) = (0, self.keys.count)
        while low < high {
            let middle = (low + high) / 2
            if self.keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return (low, low < self.keys.count && self.keys[low] == key)
    }
}

extension JSONObject: Sequence {
    public func makeIterator() -> Zip2Sequence<[String], [JSONValue]>.Iterator {
        zip(self.keys, self.values).makeIterator()
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}
