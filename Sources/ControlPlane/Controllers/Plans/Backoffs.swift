// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Pauses that grow while one thing fails again and again (a pod on a node), kept between the syncs of a key.
///
/// An entry that has not grown for twice the longest pause is forgotten.
public struct Backoffs: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        var pause: Duration
        var since: WallTime
    }

    private let pauseMin: Duration
    private let pauseMax: Duration
    private var entries: [String: Entry] = [:]

    /// No pauses; later ones are between these.
    public init(pauseMin: Duration = .seconds(1), pauseMax: Duration = .seconds(15 * 60)) {
        self.pauseMin = pauseMin
        self.pauseMax = pauseMax
    }

    /// How long the thing of that name has to wait; nil when its turn has come.
    package func pause(of name: String, now: WallTime) -> Duration? {
        guard let entry = self.entries[name] else { return nil }
        let left = entry.since + entry.pause - now
        return left > .zero ? left : nil
    }

    /// The thing of that name is tried again now: the next pause is twice as long.
    package mutating func tried(_ name: String, now: WallTime) {
        self.entries = self.entries.filter { now - $0.value.since <= self.pauseMax * 2 }
        let pause = self.entries[name].map { min(self.pauseMax, $0.pause * 2) } ?? self.pauseMin
        self.entries[name] = Entry(pause: pause, since: now)
    }
}
