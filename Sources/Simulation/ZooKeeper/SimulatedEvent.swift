// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ZooKeeperEnsemble
import ZooKeeperProtocol

/// What happens in the simulated world.
enum SimulatedEvent {
    /// Something for a member; a later life of it does not hear of it.
    case member(MemberID, life: Int, MemberEvent)
    case turnEnd(MemberID, life: Int)
    case timer(MemberID, life: Int, MemberTimer, generation: Int)
    case delivery(from: MemberID, to: MemberID, PeerMessage, SimulatedNetwork<MemberID>.Delivery)
    case link(MemberID, MemberID)
    case diskWritten(MemberID, life: Int)
    case restart(MemberID)
    /// A stopped process goes on.
    case wake(MemberID)
    case fault
    /// Two that cannot reach each other notice.
    case sever(MemberID, MemberID)
    case unpartition(MemberID, MemberID)
    /// One is cut off from all others for so many milliseconds, and nobody notices.
    case cutOff(MemberID, milliseconds: Int)
    case heal
    /// A client looks what to do next.
    case tick(Int)
    case toClient(Int, ConnectionID, ServerMessage)
    case connectionLost(Int, ConnectionID)
}

/// What is done to the ensemble.
enum SimulatedFault: String, CaseIterable {
    case crash = "crashes"
    /// The power fails everywhere at once.
    case blackout = "blackouts"
    case pause = "pauses"
    /// A host that stands still and wakes up behind a partition.
    case freeze = "freezes"
    case linkBreak = "broken links"
    case partition = "partitions"
    case resignation = "resignations"
    case clientBreak = "broken clients"
}
