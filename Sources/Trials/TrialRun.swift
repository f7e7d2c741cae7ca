// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Cluster
import ControllerRuntime
import Determinism
import Foundation
import JSON
import KafkaClient
public import Verification
import Workload

/// One run of one trial on a controlled cluster that it boots and takes down.
public struct TrialRun: Sendable {
    /// What can be chosen of a run.
    public struct Options: Sendable {
        /// The folder for the report.
        public var report: String
        /// The seed of the run's random choices.
        public var seed: UInt64
        /// Stay up after the verdict until the task is cancelled.
        public var keepsCluster = false
        /// How long the trial may take; nil for what its file says.
        public var timeout: Duration?

        /// A run that reports to a folder.
        public init(report: String, seed: UInt64) {
            self.report = report
            self.seed = seed
        }
    }

    private let trial: Trial
    private let options: Options
    private let progress: @Sendable (TrialProgress) -> Void

    /// A run of a trial.
    public init(_ trial: Trial, options: Options, progress: @escaping @Sendable (TrialProgress) -> Void) {
        var trial = trial
        if let timeout = options.timeout { trial.timeout = timeout }
        self.trial = trial
        self.options = options
        self.progress = progress
    }

    /// Boots, conducts, judges, reports, takes down. Never throws: what kept it from judging is the verdict's error.
    ///
    /// - Parameter onVerdict: called with the verdict once its report is written, before a kept cluster waits.
    public func run(
        onVerdict: @escaping @Sendable (Verdict, ClusterDirectory) -> Void = { _, _ in }
    ) async -> Verdict {
        var generator = SeededGenerator(seed: self.options.seed).split("run")
        let run = RunID(using: &generator)
        var verdict = Verdict(trial: self.trial.name, run: run, seed: self.options.seed, result: .error)
        verdict.promise = self.trial.promise.rawValue
        do {
            return try await self.run(run, verdict, onVerdict)
        } catch {
            verdict.errors.append("\(error)")
            verdict.settle()
            return verdict
        }
    }

    private func run(
        _ run: RunID,
        _ empty: Verdict,
        _ onVerdict: @escaping @Sendable (Verdict, ClusterDirectory) -> Void
    ) async throws -> Verdict {
        let report = try ReportDirectory(path: self.options.report)
        let log = try EventLog(path: report.events)
        let directory = ClusterDirectory("\(report.path)/cluster")
        try directory.prepare(reset: true)
        var configuration = try ControlledCluster.Configuration(directory: directory)
        configuration.nodes = self.trial.cluster.nodes
        let cluster = try ControlledCluster(configuration) { waiting in
            log.record(.step("\(waiting.controller) \(waiting.key): \(waiting.reason.map { "\($0)" } ?? "goes on")"))
        }
        let missing = Set(self.trial.steps.compactMap(\.capability)).subtracting(cluster.capabilities)
        if let capability = missing.first {
            throw TrialError("this cluster cannot do what the trial asks for: \(capability.rawValue)")
        }
        let boot = MonotonicClock.now
        self.progress(.stage("cluster: boot API server, controllers and \(self.trial.cluster.nodes) nodes"))
        let (ready, readiness) = AsyncStream.makeStream(of: ControlledCluster.Description.self)
        let result = await Self.result {
            try await withThrowingTaskGroup(of: Verdict?.self) { group in
                group.addTask {
                    do {
                        try await cluster.run { readiness.yield($0) }
                    } catch is CancellationError {
                        return nil  // taken down, as asked
                    }
                    return nil
                }
                group.addTask {
                    for await _ in ready { break }
                    try Task.checkCancellation()
                    let stage = Verdict.Stage(name: "cluster", duration: MonotonicClock.now - boot)
                    let verdict = try await self.conduct(on: cluster, run, empty, log, report, stage)
                    onVerdict(verdict, directory)
                    if self.options.keepsCluster {
                        do { try await Task.sleep(for: .seconds(Int64.max / 1000)) } catch { return verdict }  // Ctrl-C
                    }
                    return verdict
                }
                defer { group.cancelAll() }
                while let result = try await group.next() {
                    if let verdict = result { return verdict }
                    // After Ctrl-C the cluster goes first; the trial still has its report to write.
                    guard Task.isCancelled else { throw TrialError("the cluster went down before the trial had ended") }
                }
                throw CancellationError()
            }
        }
        try log.close()
        try self.keepLogs(of: directory, report)
        return try result.get()
    }

    private static func result(_ body: () async throws -> Verdict) async -> Result<Verdict, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    private func conduct(
        on cluster: ControlledCluster,
        _ run: RunID,
        _ empty: Verdict,
        _ log: EventLog,
        _ report: ReportDirectory,
        _ boot: Verdict.Stage
    ) async throws -> Verdict {
        let observer = ClusterObserver(client: cluster.client, log: log)
        let client = ClientConfiguration(
            bootstrapServers: self.trial.load.bootstrap,
            clientID: "seatrial-observer",
            resolver: cluster.resolver
        )
        let kafka = try KafkaObserver(configuration: client, topic: self.trial.topic.name, log: log)
        let conductor = TrialConductor(
            trial: self.trial,
            cluster: cluster,
            observer: observer,
            kafka: kafka,
            log: log,
            historyDirectory: report.history,
            run: run,
            stages: [boot],
            progress: self.progress
        )
        let failure = await withTaskGroup(of: Void.self) { group in
            group.addTask { await observer.run() }
            await observer.waitUntilSynced()
            group.addTask { await kafka.run() }
            var failure: String?
            do {
                try await conductor.conduct()
            } catch is CancellationError {
                failure = "interrupted"
            } catch {
                failure = "\(error)"
            }
            group.cancelAll()
            return failure
        }
        let start = MonotonicClock.now
        self.progress(.stage("judge: every message, the budget, the expectations"))
        let evidence = await conductor.evidence
        var verdict = empty
        if let failure { verdict.errors.append(failure) }
        let judge = Judge(trial: self.trial, evidence: evidence, events: log.events)
        let files = evidence.historyFiles.filter { FileManager.default.fileExists(atPath: $0) }
        judge.judge(try History(files: files, run: run), into: &verdict)
        verdict.settle()
        verdict.stages = evidence.stages
        verdict.stages.append(Verdict.Stage(name: "judge", duration: MonotonicClock.now - start))
        let leaders = LeadershipFacts(log.events, topic: self.trial.topic.name)
        try report.write(objects: observer.objects)
        try report.write(verdict) { partition, time in
            leaders.leader(of: partition, at: time).flatMap { evidence.podsByBroker[$0] }
        }
        return verdict
    }

    /// The logs of every container outlive the cluster's folder, unless the cluster is kept.
    private func keepLogs(of directory: ClusterDirectory, _ report: ReportDirectory) throws {
        let manager = FileManager.default
        if manager.fileExists(atPath: directory.containerLogs) {
            try manager.moveItem(atPath: directory.containerLogs, toPath: report.logs)
        }
        try manager.removeItem(atPath: directory.path)
    }
}
