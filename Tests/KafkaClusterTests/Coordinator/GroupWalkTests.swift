// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import KafkaProtocol
import NIOCore
import Testing

/// Random members, failures and moves of the partition: what holds after each step, and in the end.
@Suite struct GroupWalkTests {
    @Test("replaying the log gives the live state; each request is answered once", arguments: 0..<150)
    func walk(seed: Int) throws {
        var walk = GroupWalk(seed: UInt64(seed))
        for _ in 0..<200 { try walk.step() }
        try walk.finish()
    }
}

private struct GroupWalk {
    private struct Failure: Error { var reason: String }

    private var generator: SeededGenerator
    private var coordinator: GroupCoordinator
    private var now = Instant.zero
    private var timerAt: Instant?
    private var isLeading = false
    private var log: [ByteBuffer] = []
    private var pending: [UInt64: ByteBuffer] = [:]
    private var asked = 0
    private var answered: Set<UInt64> = []
    private var members: [String] = [""]
    private var generation: Int32 = 0

    init(seed: UInt64) {
        self.generator = SeededGenerator(seed: seed).split("group walk")
        var settings = GroupCoordinator.Settings()
        settings.partitionCount = 1
        settings.initialRebalanceDelay = .milliseconds(500)
        self.coordinator = GroupCoordinator(settings: settings, seed: seed)
    }

    mutating func step() throws {
        switch Int.random(in: 0..<20, using: &self.generator) {
        case 0: try self.lead(!self.isLeading)
        case 1...3: try self.advance(by: .milliseconds(Int.random(in: 1...4000, using: &self.generator)))
        case 4...8: try self.settleOne()
        default: try self.ask(self.makeRequest())
        }
        try self.check()
    }

    /// Everything is settled and time passes: nobody may be left waiting.
    mutating func finish() throws {
        for _ in 0..<20 {
            while !self.pending.isEmpty { try self.settleOne() }
            try self.advance(by: .seconds(100))
        }
        guard self.answered.count == self.asked else {
            throw Failure(reason: "\(self.asked - self.answered.count) of \(self.asked) requests were never answered")
        }
        try self.check()
    }

    private func check() throws {
        guard let live = self.coordinator.store(of: 0) else { return }
        var replayed = OffsetsStore()
        for batch in self.log { try replayed.apply(batches: batch) }
        guard replayed == live else { throw Failure(reason: "the live state is not what the log says") }
    }

    private mutating func lead(_ leads: Bool) throws {
        self.isLeading = leads
        if leads {
            try self.send(.gained(0))
            // Now and then the leadership moves on before everything was read.
            if self.generator.chance(0.2) { try self.ask(self.makeRequest()) }
            try self.send(.loaded(0, self.log))
        } else {
            for number in self.pending.keys.sorted() {
                if self.generator.chance(0.5), let records = self.pending[number] { self.log.append(records) }
            }
            self.pending = [:]
            try self.send(.lost(0))
        }
    }

    private mutating func settleOne() throws {
        // Offsets of one partition are committed in order.
        guard let number = self.pending.keys.min(), let records = self.pending.removeValue(forKey: number) else {
            return
        }
        let fails = self.generator.chance(0.1)
        if !fails { self.log.append(records) }
        try self.send(.settled(number, fails ? .notEnoughReplicasAfterAppend : .none))
    }

    private mutating func advance(by duration: Duration) throws {
        let end = self.now + duration
        var turns = 0
        while let timer = self.timerAt, timer <= end {
            turns += 1
            guard turns < 10_000 else { throw Failure(reason: "the timer fires without end at \(self.now)") }
            self.now = max(self.now, timer)
            self.timerAt = nil
            try self.send(.timer)
        }
        self.now = end
    }

    private mutating func ask(_ body: KafkaRequest) throws {
        self.asked += 1
        let version = Int16.random(in: 0...4, using: &self.generator)
        let id = RequestID(connection: 1, sequence: UInt64(self.asked))
        try self.send(.request(IncomingRequest(id: id, version: version, clientID: "c", body: body)))
    }

    private mutating func send(_ event: GroupCoordinator.Event) throws {
        for effect in self.coordinator.handle(event, now: self.now) {
            switch effect {
            case .setTimer(let at): self.timerAt = at
            case .load: break
            case .append(let number, _, let records): self.pending[number] = records
            case .reply(let id, let response):
                guard self.answered.insert(id.sequence).inserted else {
                    throw Failure(reason: "request \(id.sequence) was answered twice")
                }
                self.learn(response)
            }
        }
    }

    private mutating func learn(_ response: KafkaResponse) {
        guard case .joinGroup(let body) = response else { return }
        if !body.memberId.isEmpty, !self.members.contains(body.memberId) {
            self.members.append(body.memberId)
            if self.members.count > 5 { self.members.remove(at: 1) }
        }
        self.generation = max(self.generation, body.generationId)
    }

    private mutating func makeRequest() -> KafkaRequest {
        let group = self.generator.chance(0.8) ? "g" : "h"
        let member = self.members.randomElement(using: &self.generator) ?? ""
        let generation = self.generation - (self.generator.chance(0.2) ? 1 : 0)
        let instance = self.generator.chance(0.1) ? "static" : nil
        switch Int.random(in: 0..<10, using: &self.generator) {
        case 0...2:
            let names =
                [["range"], ["range", "sticky"], ["sticky", "range"]].randomElement(using: &self.generator) ?? []
            return .joinGroup(
                JoinGroupRequest {
                    $0.groupId = group
                    $0.sessionTimeoutMs = 10_000
                    $0.rebalanceTimeoutMs = 20_000
                    $0.memberId = member
                    $0.groupInstanceId = instance
                    $0.protocolType = "consumer"
                    $0.protocols = names.map { name in .init { $0.name = name } }
                }
            )
        case 3...4:
            let assigned = self.members
            return .syncGroup(
                SyncGroupRequest {
                    $0.groupId = group
                    $0.generationId = generation
                    $0.memberId = member
                    $0.assignments = assigned.map { id in
                        .init {
                            $0.memberId = id
                            $0.assignment = ByteBuffer(string: id)
                        }
                    }
                }
            )
        case 5:
            return .heartbeat(
                HeartbeatRequest {
                    $0.groupId = group
                    $0.generationId = generation
                    $0.memberId = member
                }
            )
        case 6:
            return .leaveGroup(
                LeaveGroupRequest {
                    $0.groupId = group
                    $0.memberId = member
                    $0.members = [.init { $0.memberId = member }]
                }
            )
        case 7...8:
            let isSimple = self.generator.chance(0.3)
            let offset = Int64.random(in: 0...100, using: &self.generator)
            return .offsetCommit(
                OffsetCommitRequest {
                    $0.groupId = group
                    $0.generationId = isSimple ? -1 : generation
                    $0.memberId = isSimple ? "" : member
                    $0.topics = [
                        .init {
                            $0.name = "t"
                            $0.partitions = [
                                .init {
                                    $0.partitionIndex = Int32(offset % 3)
                                    $0.committedOffset = offset
                                }
                            ]
                        }
                    ]
                }
            )
        default: return .deleteGroups(DeleteGroupsRequest { $0.groupsNames = [group] })
        }
    }
}
