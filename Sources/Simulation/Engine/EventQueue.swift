// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Determinism

/// What is to happen, in order of time; what falls on the same instant happens in the order in which it was scheduled.
public struct EventQueue<Event> {
    private struct Entry {
        var at: Instant
        var sequence: Int
        var event: Event

        func precedes(_ other: Entry) -> Bool {
            (self.at, self.sequence) < (other.at, other.sequence)
        }
    }

    private var heap: [Entry] = []
    private var nextSequence = 0

    /// An empty queue.
    public init() {}

    /// How many events wait.
    public var count: Int { self.heap.count }
    /// When the next event is due; nil when none waits.
    public var nextInstant: Instant? { self.heap.first?.at }

    /// Adds an event.
    /// - Complexity: O(log n).
    public mutating func schedule(_ event: Event, at instant: Instant) {
        self.heap.append(Entry(at: instant, sequence: self.nextSequence, event: event))
        self.nextSequence += 1
        var child = self.heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.heap[child].precedes(self.heap[parent]) else { break }
            self.heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the next event; nil when none waits.
    /// - Complexity: O(log n).
    public mutating func next() -> (at: Instant, event: Event)? {
        guard let first = self.heap.first else { return nil }
        let last = self.heap.removeLast()
        if !self.heap.isEmpty {
            self.heap[0] = last
            self.siftDown()
        }
        return (first.at, first.event)
    }

    /// Drops the events for which the condition holds, such as the timers of a node that crashed.
    /// - Complexity: O(n log n).
    public mutating func removeAll(where condition: (Event) -> Bool) {
        let kept = self.heap.filter { !condition($0.event) }
        guard kept.count < self.heap.count else { return }
        self.heap = kept.sorted { $0.precedes($1) }  // a sorted array is a heap
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < self.heap.count {
                if self.heap[child].precedes(self.heap[smallest]) { smallest = child }
            }
            guard smallest != parent else { return }
            self.heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
