// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaClient
import NameResolution
import Testing
import Verification
import Workload

/// A whole load against librdkafka's own mock brokers: what is recorded suffices to judge, and is judged clean.
@Suite(.timeLimit(.minutes(1)))
struct WorkloadTests {
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "workload-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await body(directory)
    }

    @Test func everyMessageIsAccountedFor() async throws {
        let cluster = try MockCluster(brokers: 3)
        cluster.createTopic("trial", partitions: 3)
        let run = RunID(high: 1, low: 2)
        try await self.withDirectory { directory in
            var load = Load(
                bootstrapServers: cluster.bootstrapServers,
                resolver: Resolver(server: nil),
                topic: "trial",
                partitions: 3
            )
            load.rate = 1000
            load.isIdempotent = false  // the mock brokers' producer ids are another story
            let workload = try Workload.start(load, directory: directory, run: run)
            #expect(await workload.reaches { $0.acknowledged >= 100 })
            cluster.setLeader(of: "trial", 0, to: 2)
            cluster.setLeader(of: "trial", 1, to: 3)
            cluster.failProduce(with: [6, 6, 6])  // NOT_LEADER_OR_FOLLOWER
            #expect(await workload.reaches { $0.retriableErrors["Broker: Not leader for partition"] ?? 0 > 0 })
            let soFar = workload.progress.acknowledged
            #expect(await workload.reaches { $0.acknowledged >= soFar + 200 })
            try await workload.stopProducing()
            #expect(await workload.drain() == [:])
            try await workload.stopConsuming()
            try await workload.readToEnd()

            let progress = workload.progress
            #expect(progress.failures.isEmpty)
            #expect(progress.sent == progress.acknowledged + progress.refused + progress.unknown)
            #expect(progress.acknowledgedByPartition.count == 3)
            #expect(progress.assignments >= 2)
            let history = try History(files: workload.historyFiles, run: run)
            #expect(history.gaps == [])
            let ledger = Ledger(history)
            #expect(ledger.sends.count == progress.sent)
            #expect(ledger.acknowledged.count == progress.acknowledged)
            #expect(ledger.deliveries.count == progress.delivered)
            #expect(ledger.retriableErrors == progress.retriableErrors.values.reduce(0, +))
            let result = Checks.run(ledger)
            #expect(result.errors == [])
            #expect(result.findings.filter { $0.kind != .duplicate && $0.kind != .reordered } == [])
        }
    }

    @Test func aLoadThatNobodyAnswersEndsInTime() async throws {
        try await self.withDirectory { directory in
            var load = Load(
                bootstrapServers: "127.0.0.1:1",
                resolver: Resolver(server: nil),
                topic: "trial",
                partitions: 1
            )
            load.rate = 100
            let run = RunID(high: 3, low: 4)
            let workload = try Workload.start(load, directory: directory, run: run)
            #expect(await workload.reaches { $0.sent >= 3 })
            #expect(await workload.reaches(within: .milliseconds(1)) { $0.acknowledged > 0 } == false)
            try await workload.stopProducing(flushingFor: .milliseconds(10))
            try await workload.stopConsuming()
            let ledger = Ledger(try History(files: Array(workload.historyFiles.dropLast()), run: run))
            #expect(ledger.gaps == [])
            #expect(ledger.sends.values.allSatisfy { $0.completed != nil && $0.outcome == .fail })
            #expect(!Checks.run(ledger).errors.isEmpty)  // nobody read the log at the end: never a pass
        }
    }
}
