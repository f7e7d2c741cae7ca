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
    case heal
    /// A client looks what to do next.
    case tick(Int)
    case toClient(Int, ConnectionID, ServerMessage)
    case connectionLost(Int, ConnectionID)
}

/// What is done to the ensemble.
enum SimulatedFault: String, CaseIterable {
    case crash = "crashes"
    case pause = "pauses"
    case linkBreak = "broken links"
    case partition = "partitions"
    case resignation = "resignations"
    case clientBreak = "broken clients"
}
