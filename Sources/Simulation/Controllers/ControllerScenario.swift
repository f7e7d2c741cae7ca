// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism

/// What a controller's simulation plays: what people and faults do, and what must hold in the end.
protocol ControllerScenario {
    /// The world at its beginning; `log` is given a line for everything that happens.
    func makeWorld(log: ((String) -> Void)?) -> ControllerWorld
    /// Ends all faults and what only people can put right.
    func heal(_ world: inout ControllerWorld)
    /// Fails the world where it is not what it should have become.
    func checkConvergence(_ world: inout ControllerWorld)
}

extension ControllerScenario {
    /// Plays from the beginning to the end: faults for so long, and as long as it takes to converge, within a bound.
    func play(seed: UInt64, chaos: Duration = ControllerWorld.chaos, log: ((String) -> Void)?) -> SimulationReport {
        var world = self.makeWorld(log: log)
        world.start()
        world.run(until: .zero + chaos)
        if world.failure == nil {
            self.heal(&world)
            world.run(until: .zero + chaos + ControllerWorld.bound)
        }
        if world.failure == nil { self.checkConvergence(&world) }
        return world.report(seed: seed)
    }
}
