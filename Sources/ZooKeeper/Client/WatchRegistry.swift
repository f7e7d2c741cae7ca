// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The watches that have not fired. libzookeeper is given only their numbers, so that nothing leaks when it drops one.
struct WatchRegistry: Sendable {
    struct Watch: Sendable {
        var path: String
        var handler: @Sendable (WatchEvent) -> Void
    }

    private var watches: [UInt: Watch] = [:]
    private var next: UInt = 1

    /// Adds a watch and returns its number, which is never 0.
    mutating func add(_ watch: Watch) -> UInt {
        defer { self.next += 1 }
        self.watches[self.next] = watch
        return self.next
    }

    mutating func remove(_ number: UInt) -> Watch? {
        self.watches.removeValue(forKey: number)
    }

    /// Removes all, in the order in which they were set.
    mutating func removeAll() -> [Watch] {
        defer { self.watches = [:] }
        return self.watches.sorted { $0.key < $1.key }.map(\.value)
    }
}
