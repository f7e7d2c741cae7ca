// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A node of a distributed system as a value: it takes an event and returns what the world shall do.
///
/// This is the boundary that a shell drives in production and that the simulator drives in virtual time. A machine
/// calls no clock, random generator, socket, file or task: time is an argument, randomness is a seeded generator in
/// its state. It is copyable, so that a simulator can keep, compare and drop copies.
public protocol StateMachine<Event, Effect> {
    /// What can happen to the node: a message, a timer, the end of a write.
    associatedtype Event: Sendable
    /// What the node asks of the world, in order. What waits for a write hangs on the write's effect.
    associatedtype Effect: Hashable, Sendable

    /// Takes one event at the given time and returns the effects to perform, in order.
    mutating func handle(_ event: Event, now: Instant) -> [Effect]
}
