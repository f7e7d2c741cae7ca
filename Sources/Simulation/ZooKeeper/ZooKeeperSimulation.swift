// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import NIOCore
import ZooKeeperEnsemble
import ZooKeeperLog
import ZooKeeperProtocol

/// A ZooKeeper ensemble in a world of faults: the production machines and the production log, in virtual time.
///
/// First links break, members are cut off, stopped, killed with what their disks had not synced, or asked to go, while
/// clients read and write; after each event nothing may contradict what a client was told. Then all is healed, and
/// everything has to work again soon.
public struct ZooKeeperSimulation: FaultySimulation {
    /// How long faults go on.
    static let faultyTime = Duration.seconds(6)
    /// How soon after healing every client must have written and all members must agree.
    static let healingMax = Duration.seconds(15)
    static let recoveryInterval = 16
    static let healing = SimulatedEvent.heal

    let seed: UInt64
    var timeline = Timeline<SimulatedEvent>()
    var network: SimulatedNetwork<MemberID>
    var nodes: [MemberID: SimulatedMember] = [:]  // looked up, never iterated
    let ids: [MemberID]
    var clients: [SimulatedClient] = []
    var checker: EnsembleChecker
    var faults: SeededGenerator
    var delays: SeededGenerator
    var nextConnection: UInt64 = 0
    var isHealed = false
    /// The longest time between two faults: some seeds are calm enough for sessions to expire, in others leaders hardly
    /// find the time to lead.
    let faultGapMaxMs: Int
    private(set) var log: ((String) -> Void)?

    /// Runs one seed from its beginning to its end.
    /// - Parameters:
    ///   - members: how many members the ensemble has, 1…9.
    ///   - defect: the name of a bug to plant, one of ``defects``.
    ///   - log: is given a line for everything that happens to a member.
    public static func run(
        seed: UInt64,
        members: Int,
        defect: String? = nil,
        log: ((String) -> Void)? = nil
    ) -> SimulationReport {
        var simulation = ZooKeeperSimulation(
            seed: seed,
            members: members,
            defect: defect.flatMap(MemberConfiguration.Defect.init(rawValue:))
        )
        simulation.log = log
        return simulation.play()
    }

    /// The bugs that can be planted.
    public static var defects: [String] { MemberConfiguration.Defect.allCases.map(\.rawValue) }

    /// The rare paths that are counted.
    public static var probes: [String] {
        MemberProbe.allCases.map(\.rawValue) + SimulatedFault.allCases.map(\.rawValue)
    }

    init(seed: UInt64, members: Int, defect: MemberConfiguration.Defect?) {
        self.seed = seed
        let generator = SeededGenerator(seed: seed)
        self.network = SimulatedNetwork(generator: generator.split("network"))
        self.faults = generator.split("faults")
        self.delays = generator.split("delays")
        self.ids = (1...members).map { MemberID(rawValue: UInt8($0)) }
        var sizes = generator.split("sizes")
        self.faultGapMaxMs = [300, 600, 2000][Int.random(in: 0..<3, using: &sizes)]
        let configuration = Self.configuration(members: self.ids, defect: defect, sizes: &sizes)
        self.checker = EnsembleChecker()
        for id in self.ids {
            var own = configuration
            own.id = id
            self.nodes[id] = SimulatedMember(configuration: own, generator: generator.split("member \(id)"))
        }
        for index in 0..<4 {
            self.clients.append(SimulatedClient(index: index, generator: generator.split("client \(index)")))
        }
    }

    /// Short times, and limits so small that what they bring about happens.
    private static func configuration(
        members: [MemberID],
        defect: MemberConfiguration.Defect?,
        sizes: inout SeededGenerator
    ) -> MemberConfiguration {
        var configuration = MemberConfiguration(id: MemberID(rawValue: 1), members: members)
        configuration.minSessionTimeoutMs = 1_000
        configuration.maxSessionTimeoutMs = 4_000
        configuration.heartbeatInterval = .milliseconds(50)
        configuration.silenceMax = .milliseconds(400)
        configuration.electionStagger = .milliseconds(8)
        configuration.electionRetry = .milliseconds(80)
        configuration.clientGrace = .milliseconds(300)
        configuration.resignationMax = .milliseconds(500)
        configuration.wallClockAtZeroMs = 1_700_000_000_000
        configuration.snapshotInterval = [7, 40, 100_000][Int.random(in: 0..<3, using: &sizes)]
        configuration.windowEntriesMax = [3, 20, 2_000][Int.random(in: 0..<3, using: &sizes)]
        configuration.inFlightEntriesMax = [4, 4_000][Int.random(in: 0..<2, using: &sizes)]
        configuration.clientRequestsMax = [3, 1_000][Int.random(in: 0..<2, using: &sizes)]
        configuration.defect = defect
        return configuration
    }

    mutating func begin() throws {
        for id in self.ids { try self.boot(id) }
        for index in self.clients.indices { self.scheduleTick(of: index) }
        self.scheduleFault()
    }

    mutating func happen(_ event: SimulatedEvent) throws {
        switch event {
        case .member(let id, let life, let event):
            self.timeline.trace.record(UInt64(id.rawValue))
            try self.handle(event, at: id, life: life)
        case .turnEnd(let id, let life):
            self.nodes[id]?.isTurnScheduled = false
            try self.handle(.turnEnded, at: id, life: life)
        case .timer(let id, let life, let timer, let generation):
            guard self.nodes[id]?.process.isDue(timer, number: generation) == true else { return }
            try self.handle(.timer(timer), at: id, life: life)
            if timer == .heartbeat { self.freezeIfDue(id) }
        case .delivery(let from, let to, let message, let delivery):
            guard self.network.arrives(delivery, from: from, to: to), let life = self.nodes[to]?.life else { return }
            self.timeline.trace.record(UInt64(from.rawValue) << 8 | UInt64(to.rawValue))
            try self.handle(.message(from, message), at: to, life: life)
        case .link(let one, let other): try self.link(one, other)
        case .diskWritten(let id, let life): try self.finishWrite(at: id, life: life)
        case .restart(let id): try self.boot(id)
        case .wake(let id): try self.wake(id)
        case .fault: try self.strike()
        case .sever(let one, let other):
            if !self.network.isConnected(one, other) { try self.unlink(one, other) }
        case .unpartition(let one, let other):
            if !self.network.isConnected(one, other) { try self.unlink(one, other) }
            self.network.heal(one, other)
            self.scheduleLink(one, other)
        case .cutOff(let id, let milliseconds): self.cutOff(id, milliseconds: milliseconds)
        case .heal: try self.healAll()
        case .tick(let index): try self.tick(index)
        case .toClient(let index, let connection, let message):
            try self.receive(message, on: connection, at: index)
        case .connectionLost(let index, let connection):
            self.connectionLost(connection, at: index)
        }
    }

    /// A random part of a duration.
    mutating func delay(upTo duration: Duration) -> Duration {
        .nanoseconds(Int64.random(in: 0...duration.wholeNanoseconds, using: &self.delays))
    }
}
