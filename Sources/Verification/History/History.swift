// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore

/// All that clients did in a run, merged from their files and sorted by time.
public struct History: Sendable {
    /// The edges, by time; the order within one file is kept where times are equal.
    public var edges: [Edge]
    /// What is missing of the evidence, in words; empty when every file is whole.
    public var gaps: [String]

    /// A history of given edges, which need not be sorted.
    public init(edges: [Edge], gaps: [String] = []) {
        let numbered = edges.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        self.edges = numbered.map(\.element)
        self.gaps = gaps
    }

    /// Reads and merges history files.
    /// - Throws: `HistoryFile.FormatError` when a file is no history, or one of another run or boot.
    public init(files: [String], run: RunID) throws {
        var edges: [Edge] = []
        var gaps: [String] = []
        var boot: RunID?
        for path in files {
            let name = URL(filePath: path).lastPathComponent
            var buffer = ByteBuffer(bytes: try Data(contentsOf: URL(filePath: path)))
            let head = try HistoryFile.readHead(from: &buffer)
            guard head.run == run else {
                throw HistoryFile.FormatError(message: "\(name) belongs to run \(head.run), not to \(run)")
            }
            if let boot, boot != head.boot {
                throw HistoryFile.FormatError(message: "\(name) was written after another boot of the machine")
            }
            boot = head.boot
            var ended = false
            while let edge = try HistoryFile.readEdge(from: &buffer) {
                if edge.operation == .end { ended = true } else { edges.append(edge) }
            }
            if !ended { gaps.append("\(name) was not closed: its process ended before its time") }
        }
        self.init(edges: edges, gaps: gaps)
    }
}
