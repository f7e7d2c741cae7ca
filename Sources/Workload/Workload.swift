// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
public import Verification

/// Paced producers and a consumer group under way, which record what they do.
///
/// In order: ``start(_:directory:run:)``, ``stopProducing(flushingFor:)``, ``drain(within:)``, ``stopConsuming()``,
/// ``readToEnd(within:)``. The last two must be called even when the trial fails, so that nothing outlives it.
public final class Workload: Sendable {
    /// What is sent and read.
    public let load: Load
    private let files: RunFiles
    private let shared: SharedProgress
    private let producers: [PacedProducer]
    private let members: [GroupMember]

    /// Starts consumers, then producers, and returns at once.
    ///
    /// - Parameters:
    ///   - load: What to send and read; its topic exists.
    ///   - directory: Where the `.edges` files go; it is created.
    ///   - run: The run that payloads and files name.
    /// - Throws: When a setting is not valid or a file cannot be written.
    public static func start(_ load: Load, directory: String, run: RunID) throws -> Workload {
        try Workload(load, files: RunFiles(directory: directory, run: run))
    }

    private init(_ load: Load, files: RunFiles) throws {
        self.load = load
        self.files = files
        let shared = SharedProgress()
        self.shared = shared
        self.members = try (0..<load.consumers).map { index in
            try GroupMember(load: load, index: index, files: files, progress: shared)
        }
        let start = MonotonicClock.now.nanoseconds
        self.producers = try (0..<load.producers).map { index in
            try PacedProducer(load: load, index: index, start: start, files: files, progress: shared)
        }
        for producer in self.producers { producer.start() }
    }

    /// How far it has come.
    public var progress: Progress { self.shared.now }

    /// Stops sending and returns when each message has its outcome; what takes longer than `limit` is given up, with an
    /// outcome of fail or info.
    public func stopProducing(flushingFor limit: Duration = .seconds(30)) async throws {
        for producer in self.producers { try await producer.stop(flushingFor: limit) }
    }

    /// Waits until the load has come so far.
    /// - Returns: Whether it has; false when time was up or the task was cancelled before.
    public func reaches(
        within limit: Duration = .seconds(30),
        _ condition: @escaping @Sendable (Progress) -> Bool
    ) async -> Bool {
        let shared = self.shared
        return await holds({ condition(shared.now) }, after: shared.changes(), within: limit)
    }

    /// Waits until the group, if there is one, has got everything that was acknowledged.
    /// - Returns: By how many offsets it is still behind on which partitions when time is up; empty when on none.
    public func drain(within limit: Duration = .seconds(30)) async -> [Int32: Int64] {
        guard !self.members.isEmpty, !(await self.reaches(within: limit, { $0.lag.isEmpty })) else { return [:] }
        return self.progress.lag
    }

    /// Lets the members leave their group and closes their histories.
    public func stopConsuming() async throws {
        for member in self.members { try await member.stop() }
    }

    /// Reads the whole topic with a fresh client and records it.
    /// - Parameter limit: After which what was not read stays unread; no check passes then.
    public func readToEnd(within limit: Duration = .seconds(30)) async throws {
        let progress = self.progress
        let expected = progress.acknowledgedOffsets.merging(progress.deliveredOffsets) { max($0, $1) }
        try await EndReader(load: self.load, files: self.files, expected: expected).read(within: limit)
    }

    /// All of the run's history files so far.
    public var historyFiles: [String] {
        let names =
            self.producers.indices.map { "producer-\($0 + 1)" } + self.members.indices.map { "consumer-\($0 + 1)" }
        return (names + ["reader"]).map { "\(self.files.directory)/\($0).edges" }
    }
}
