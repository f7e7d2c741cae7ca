// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism

/// Virtual time of one run: what is to happen, how far it has come, and what was seen on the way.
struct Timeline<Event> {
    private var queue = EventQueue<Event>()
    /// The instant of the event that happens now.
    private(set) var now = Instant.zero
    /// How many events have happened.
    private(set) var events = 0
    /// The hash of everything that happened.
    var trace = TraceHash()
    private(set) var probes: [String: Int] = [:]

    /// When the next event is due; nil when none waits.
    var nextInstant: Instant? { self.queue.nextInstant }

    /// Adds an event.
    mutating func schedule(_ event: Event, at instant: Instant) {
        self.queue.schedule(event, at: instant)
    }

    /// Moves to the next event; nil when nothing is left to happen.
    mutating func next() -> Event? {
        guard let (at, event) = self.queue.next() else { return nil }
        self.now = at
        self.events += 1
        return event
    }

    /// Counts a rare path.
    mutating func reached(_ probe: String) {
        self.probes[probe, default: 0] += 1
    }

    /// A failure at this moment.
    func failure(_ kind: SimulationReport.Failure.Kind, _ because: String) -> SimulationReport.Failure {
        SimulationReport.Failure(kind: kind, at: self.now, event: self.events, because: because)
    }

    func report(seed: UInt64, failure: SimulationReport.Failure?) -> SimulationReport {
        SimulationReport(
            seed: seed,
            events: self.events,
            end: self.now,
            trace: self.trace,
            probes: self.probes,
            failure: failure
        )
    }
}
