// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import Synchronization

/// Appends edges to a file, from any thread; the file is whole once ``close(time:)`` has returned.
public final class HistoryWriter: Sendable {
    private struct State {
        var buffer: ByteBuffer
        var file: FileHandle?
        var failure: (any Error)?
    }

    /// Bytes gathered before they are written.
    private static let gatheredMax = 256 * 1024
    /// Where the history is.
    public let path: String
    private let state: Mutex<State>

    /// Creates the file, replacing one of the same name.
    /// - Throws: when it cannot be created.
    public init(path: String, head: HistoryFile.Head) throws {
        self.path = path
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw HistoryFile.FormatError(message: "cannot create \(path)")
        }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        var buffer = ByteBuffer()
        HistoryFile.write(head, into: &buffer)
        self.state = Mutex(State(buffer: buffer, file: file))
    }

    /// Records an edge.
    public func record(_ edge: Edge) {
        self.state.withLock { state in
            HistoryFile.write(edge, into: &state.buffer)
            if state.buffer.readableBytes >= Self.gatheredMax { Self.flush(&state) }
        }
    }

    /// Writes what is gathered and closes the file with an ``Edge/Operation/end`` edge.
    /// - Parameter time: CLOCK_MONOTONIC now, in nanoseconds.
    /// - Throws: the first error that writing met; the history is incomplete then.
    public func close(time: Int64) throws {
        try self.state.withLock { state in
            guard let file = state.file else { return }
            let nothing = MessageID(producer: 0, partition: 0, sequence: 0)
            HistoryFile.write(Edge(.end, .complete, client: 0, message: nothing, time: time), into: &state.buffer)
            Self.flush(&state)
            state.file = nil
            if let failure = state.failure { throw failure }
            try file.close()
        }
    }

    private static func flush(_ state: inout State) {
        guard state.failure == nil, let file = state.file else { return }
        do {
            try file.write(contentsOf: Data(state.buffer.readableBytesView))
            state.buffer.clear()
        } catch {
            state.failure = error
            state.buffer.clear()
        }
    }
}
