// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism

/// What must not happen has happened.
struct Violation: Error {
    let because: String

    init(_ because: String) { self.because = because }
}

/// Nodes in a world of faults: they come for a while, then all is healed, and everything has to work again soon.
protocol FaultySimulation {
    associatedtype Event

    /// How long faults go on.
    static var faultyTime: Duration { get }
    /// How soon after healing everything must work again.
    static var healingMax: Duration { get }
    /// Once healed, it is looked every so many events whether all works again.
    static var recoveryInterval: Int { get }
    /// The event that ends the faults.
    static var healing: Event { get }

    var seed: UInt64 { get }
    var timeline: Timeline<Event> { get set }
    /// The generator of what faults do.
    var faults: SeededGenerator { get set }
    /// The generator of how long things take.
    var delays: SeededGenerator { get set }
    var isHealed: Bool { get }

    /// Boots everything and schedules the first events.
    mutating func begin() throws
    mutating func happen(_ event: Event) throws
    func isRecovered() throws -> Bool
    /// Says what does not work again.
    var stuck: String { get }
}

extension FaultySimulation {
    var now: Instant { self.timeline.now }

    /// Plays a run from its beginning to its end.
    mutating func play() -> SimulationReport {
        var failure: SimulationReport.Failure?
        do {
            try self.goThrough()
        } catch let error as SimulationReport.Failure {
            failure = error
        } catch let violation as Violation {
            failure = self.timeline.failure(.safety, violation.because)
        } catch {
            failure = self.timeline.failure(.safety, "\(error)")
        }
        return self.timeline.report(seed: self.seed, failure: failure)
    }

    private mutating func goThrough() throws {
        try self.begin()
        self.schedule(Self.healing, at: .zero + Self.faultyTime)
        let deadline = Instant.zero + Self.faultyTime + Self.healingMax
        while let event = self.timeline.next() {
            self.timeline.trace.record(UInt64(bitPattern: self.now.nanoseconds))
            try self.happen(event)
            if self.isHealed, self.timeline.events % Self.recoveryInterval == 0, try self.isRecovered() { return }
            guard self.now <= deadline else {
                throw self.timeline.failure(
                    .liveness,
                    "not recovered \(Self.healingMax.seconds) s after healing: \(self.stuck)"
                )
            }
        }
    }

    mutating func schedule(_ event: Event, at instant: Instant) {
        self.timeline.schedule(event, at: instant)
    }

    /// A number of milliseconds between two bounds, for a fault.
    mutating func faultMilliseconds(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self.faults)
    }
}
