// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Cluster
import Foundation

/// A cluster in a process of its own, which goes on when the terminal is closed.
struct DetachedCluster {
    /// How long it may take to come up or go down.
    private static let patience = Duration.seconds(60)
    /// How often it is looked at meanwhile.
    private static let interval = Duration.milliseconds(50)

    let directory: ClusterDirectory

    init(_ directory: ClusterDirectory) {
        self.directory = directory
    }

    /// Starts the process and returns when the cluster answers.
    func start(arguments: [String]) async throws {
        if let owner = self.directory.owner {
            throw ClusterError("a cluster is running in \(self.directory.path) (process \(owner))")
        }
        let log = FileManager.default.temporaryDirectory.appending(path: "seatrial-\(UUID().uuidString).log")
        guard FileManager.default.createFile(atPath: log.path, contents: nil) else {
            throw ClusterError("cannot create \(log.path)")
        }
        let output = try FileHandle(forWritingTo: log)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setsid")
        process.arguments = [try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while !self.isUp {
            guard process.isRunning, clock.now < deadline else {
                let said = try String(contentsOf: log, encoding: .utf8)
                try FileManager.default.removeItem(at: log)
                if process.isRunning { process.terminate() }
                throw ClusterError("the cluster did not come up:\n\(said)")
            }
            try await clock.sleep(for: Self.interval)
        }
        try FileManager.default.moveItem(atPath: log.path, toPath: self.directory.log)
        print(try ClusterGreeting(self.directory).text)
    }

    /// Asks the process to end and returns when it has.
    func stop() async throws {
        guard let owner = self.directory.owner else {
            print("no cluster is running in \(self.directory.path)")
            return
        }
        kill(owner, SIGTERM)
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while self.directory.owner != nil {
            guard clock.now < deadline else {
                throw ClusterError(
                    "process \(owner) has not ended after \(Self.patience); end it with kill -9 \(owner)"
                )
            }
            try await clock.sleep(for: Self.interval)
        }
        print("stopped; \(self.directory.path) is kept")
    }

    private var isUp: Bool {
        self.directory.owner != nil && FileManager.default.fileExists(atPath: self.directory.description)
    }
}
