// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The process of a simulated node: its lives, its timers, and what waits while it is stopped.
struct NodeProcess<Event, Timer: Hashable> {
    /// Grows with each start and end; what belongs to an earlier life is void.
    private(set) var life = 0
    /// Stopped by a signal: events wait.
    private(set) var isPaused = false
    private var held: [Event] = []
    private var timers: [Timer: Int] = [:]
    private var lastTimer = 0

    /// A new life begins, or the present one ends: nothing of it is left.
    mutating func renew() {
        self.life += 1
        self.isPaused = false
        self.held = []
        self.timers = [:]
    }

    /// Stops it until ``wake()``.
    mutating func pause() {
        self.isPaused = true
    }

    /// Keeps an event for later if the process is stopped.
    /// - Returns: whether it is.
    mutating func holds(_ event: Event) -> Bool {
        guard self.isPaused else { return false }
        self.held.append(event)
        return true
    }

    /// Lets it go on; returns what has come meanwhile.
    mutating func wake() -> [Event] {
        self.isPaused = false
        defer { self.held = [] }
        return self.held
    }

    /// Sets a timer anew; returns the number by which ``isDue(_:number:)`` knows it.
    mutating func set(_ timer: Timer) -> Int {
        self.lastTimer += 1
        self.timers[timer] = self.lastTimer
        return self.lastTimer
    }

    /// Whether a timer that goes off is the one that was set last.
    func isDue(_ timer: Timer, number: Int) -> Bool {
        self.timers[timer] == number
    }
}
