// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Cluster
import Foundation
import Reports
import ServiceLifecycle
import Synchronization
import Trials
import Verification

/// `seatrial verify PATH…`: runs trials on controlled clusters and judges every message.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Runs trials on a controlled cluster and judges every message.",
        discussion: "Exit status: 0 all pass, 1 an expectation failed, 2 a trial could not be run or judged."
    )

    @Argument(help: "Trial files, or folders with trials somewhere below them.")
    var paths: [String]

    @Option(help: "The folder for the report; several trials and runs get a folder each below it.")
    var report = ".seatrial/report"

    @Option(help: "The seed of the run's random choices; drawn when left out. Repetitions count on from it.")
    var seed: UInt64?

    @Option(name: .customLong("repeat"), help: "How often each trial is run; a summary table follows.")
    var repetitions = 1

    @Option(help: "Only the trials whose names contain this.")
    var filter: String?

    @Option(help: "How long a trial may take, in seconds; what its file says when left out.")
    var timeout: Int?

    @Flag(help: "Leave the cluster up after the verdict, until Ctrl-C.")
    var keep = false

    @Option(name: [.short, .customLong("output")], help: "What is printed: text or json.")
    var output = Format.text

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    func validate() throws {
        if let timeout, timeout < 1 { throw ValidationError("--timeout: expected seconds, at least 1") }
        guard (1...10_000).contains(self.repetitions) else {
            throw ValidationError("--repeat: expected how often, 1 to 10000")
        }
    }

    func run() async throws {
        let trials: [Trial]
        do {
            trials = try self.readTrials()
        } catch {
            Console.complain("\(error)")
            throw ExitCode(2)
        }
        let session = VerifySession(command: self, trials: trials)
        try await Servers.run(session, logger: Console.logger("verify"))
        let results = session.results
        if results.contains(.error) || results.count < trials.count * self.repetitions { throw ExitCode(2) }
        if results.contains(.fail) { throw ExitCode(1) }
    }

    private func readTrials() throws -> [Trial] {
        let trials = try self.files().map { file in
            let (trial, warnings) = try Trial.read(file)
            for warning in warnings { Console.complain("warning: \(warning)") }
            return trial
        }
        let chosen = trials.filter { self.filter.map($0.name.contains) ?? true }
        guard !chosen.isEmpty else {
            throw ValidationError(
                "--filter: no trial is named so; there are \(trials.map(\.name).joined(separator: ", "))"
            )
        }
        return chosen
    }

    /// The files that are named, and those below folders, by name.
    private func files() throws -> [String] {
        var files: [String] = []
        for path in self.paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw SourceError(file: path, message: "no such file or folder")
            }
            guard isFolder.boolValue else {
                files.append(path)
                continue
            }
            let names = try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.hasSuffix(".yaml") }
            guard !names.isEmpty else { throw SourceError(file: path, message: "no trials (*.yaml) in this folder") }
            files += names.sorted().map { "\(path)/\($0)" }
        }
        return files
    }
}

/// The trials of one call, one after the other, until the last or Ctrl-C.
private final class VerifySession: Service {
    let command: VerifyCommand
    let trials: [Trial]
    private let runs = Mutex([SummaryTable.Run]())

    init(command: VerifyCommand, trials: [Trial]) {
        self.command = command
        self.trials = trials
    }

    var results: [Verdict.Result] { self.runs.withLock { $0.map(\.verdict.result) } }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for trial in self.trials {
                for repetition in 0..<self.command.repetitions where !Task.isCancelled {
                    let run = await self.run(trial, repetition)
                    self.runs.withLock { $0.append(run) }
                }
            }
        }
        let runs = self.runs.withLock { $0 }
        guard runs.count > 1, self.command.output == .text else { return }
        for line in SummaryTable.lines(runs) { print(line) }
    }

    private func run(_ trial: Trial, _ repetition: Int) async -> SummaryTable.Run {
        let seed = self.command.seed.map { $0 &+ UInt64(repetition) } ?? UInt64.random(in: 1...999_999)
        var folder = self.command.report
        if self.trials.count > 1 { folder += "/\(trial.name)" }
        if self.command.repetitions > 1 { folder += "/\(repetition + 1)" }
        var options = TrialRun.Options(report: URL(filePath: folder).standardizedFileURL.path, seed: seed)
        options.keepsCluster = self.command.keep
        options.timeout = self.command.timeout.map { .seconds($0) }
        let isText = self.command.output == .text
        let live = LiveProgress(isTerminal: Console.isTerminal && isText) { text in
            guard isText else { return }
            FileHandle.standardOutput.write(Data(text.utf8))
        }
        live.line("trial \(trial.name), seed \(seed)")
        let shown = Mutex(false)
        let command = self.command
        let verdict = await TrialRun(trial, options: options) { progress in
            switch progress {
            case .stage(let text): live.line("  \(text)")
            case .note(let text): live.line("  \(text)")
            case .status(let text): live.status(text)
            }
        }.run { verdict, directory in
            shown.withLock { $0 = true }
            Self.show(verdict, command, live)
            guard command.keep else { return }
            live.line("The cluster is up until Ctrl-C. Next:\n  KUBECONFIG=\(directory.kubeconfig) kubectl get pods")
        }
        if !shown.withLock({ $0 }) { Self.show(verdict, command, live) }
        live.line("report: \(folder)")
        return SummaryTable.Run(verdict: verdict, report: folder)
    }

    private static func show(_ verdict: Verdict, _ command: VerifyCommand, _ live: LiveProgress) {
        switch command.output {
        case .text:
            for line in TerminalReport(colours: Console.isTerminal).lines(verdict) { live.line(line) }
        case .json:
            print(JSONText.text(of: verdict))
        }
    }
}
