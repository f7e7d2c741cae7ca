// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Foundation
import JSON
import NIOCore
import Synchronization
public import Verification
import Workload

/// Gathers cluster events in memory and in a file, a JSON line each, in the order in which they were learned of.
public final class EventLog: Sendable {
    private struct State {
        var events: [ClusterEvent] = []
        var file: FileHandle?
        var failure: (any Error)?
    }

    /// Where the file is.
    public let path: String
    private let state: Mutex<State>

    /// Creates the file, replacing one of the same name.
    /// - Throws: when it cannot be created.
    public init(path: String) throws {
        self.path = path
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw TrialError("cannot create \(path)")
        }
        self.state = Mutex(State(file: try FileHandle(forWritingTo: URL(filePath: path))))
    }

    /// Records what happened now.
    public func record(_ kind: ClusterEvent.Kind) {
        self.state.withLock { state in
            let event = ClusterEvent(time: MonotonicClock.now.nanoseconds, kind)
            state.events.append(event)
            guard state.failure == nil, let file = state.file else { return }
            do {
                var line = ByteBuffer()
                JSONWriter(escapesHTML: false).withBytes(of: event.json) { _ = line.writeBytes($0) }
                line.writeInteger(UInt8(ascii: "\n"))
                try file.write(contentsOf: Data(line.readableBytesView))
            } catch {
                state.failure = error
            }
        }
    }

    /// All events so far.
    public var events: [ClusterEvent] { self.state.withLock { $0.events } }

    /// Closes the file.
    /// - Throws: the first error that writing met.
    public func close() throws {
        try self.state.withLock { state in
            if let failure = state.failure { throw failure }
            try state.file?.close()
            state.file = nil
        }
    }
}
