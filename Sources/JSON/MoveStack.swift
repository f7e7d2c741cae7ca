// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A stack whose topmost elements can be moved out as an array, without a copy of each (which is most of a parser's time
/// when elements are reference-counted).
struct MoveStack<Element>: ~Copyable {
    private var storage: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.storage = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit {
        self.storage.deinitialize(count: self.count)
        self.storage.deallocate()
    }

    mutating func push(_ element: consuming Element) {
        if self.count == self.capacity { self.grow() }
        (self.storage + self.count).initialize(to: element)
        self.count += 1
    }

    /// Traps beyond the count, as an array does.
    subscript(index: Int) -> Element {
        precondition(index >= 0 && index < self.count)
        return self.storage[index]
    }

    mutating func swapAt(_ first: Int, _ second: Int) {
        precondition(first >= 0 && first < self.count && second >= 0 && second < self.count)
        UnsafeMutableBufferPointer(start: self.storage, count: self.count).swapAt(first, second)
    }

    /// Moves out all from an index on. The filler is what the array holds for an instant (something that costs nothing).
    mutating func take(from first: Int, filler: Element) -> [Element] {
        precondition(first >= 0 && first <= self.count)
        let taken = self.count - first
        let source = self.storage + first
        self.count = first
        var elements = Array(repeating: filler, count: taken)
        elements.withUnsafeMutableBufferPointer { $0.baseAddress?.moveUpdate(from: source, count: taken) }
        return elements
    }

    /// Drops all from an index on.
    mutating func drop(from first: Int) {
        precondition(first >= 0 && first <= self.count)
        (self.storage + first).deinitialize(count: self.count - first)
        self.count = first
    }

    private mutating func grow() {
        let storage = UnsafeMutablePointer<Element>.allocate(capacity: self.capacity * 2)
        storage.moveInitialize(from: self.storage, count: self.count)
        self.storage.deallocate()
        self.storage = storage
        self.capacity *= 2
    }
}
