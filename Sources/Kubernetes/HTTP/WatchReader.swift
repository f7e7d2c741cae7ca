// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import JSON
import KubernetesAPI
import KubernetesClient
import NIOCore

/// Reads a body chunk by chunk.
///
/// `@unchecked Sendable`: the one stream that owns it pulls one element at a time, and nothing else refers to it.
final class ChunkReader: @unchecked Sendable {
    private var iterator: HTTPClientResponse.Body.AsyncIterator

    init(_ body: HTTPClientResponse.Body) {
        self.iterator = body.makeAsyncIterator()
    }

    func next() async throws -> ByteBuffer? {
        try await self.iterator.next()
    }
}

/// Reads a watch's body: one JSON object a line.
///
/// `@unchecked Sendable`: the one stream that owns it pulls one element at a time, and nothing else refers to it.
final class WatchReader: @unchecked Sendable {
    /// The longest line that is read, in bytes: an object and its frame.
    static let lineBytesMax = 16 << 20

    private let chunks: ChunkReader
    private var buffer = ByteBuffer()

    init(_ body: HTTPClientResponse.Body) {
        self.chunks = ChunkReader(body)
    }

    func next() async throws -> WatchEvent? {
        var searched = 0
        while true {
            let view = self.buffer.readableBytesView
            if let end = view.dropFirst(searched).firstIndex(of: UInt8(ascii: "\n")) {
                let line = self.buffer.readSlice(length: end - view.startIndex) ?? ByteBuffer()
                self.buffer.moveReaderIndex(forwardBy: 1)
                if line.readableBytes == 0 { continue }
                return try Self.event(line)
            }
            searched = self.buffer.readableBytes
            guard searched <= Self.lineBytesMax else {
                throw WatchFormatError(reason: "a line is longer than \(Self.lineBytesMax) bytes")
            }
            guard var chunk = try await self.chunks.next() else { return nil }
            self.buffer.discardReadBytes()
            self.buffer.writeBuffer(&chunk)
        }
    }

    private static func event(_ line: ByteBuffer) throws -> WatchEvent {
        let value: JSONValue
        do {
            value = try line.withUnsafeReadableBytes(JSONParser().parse).value
        } catch {
            throw WatchFormatError(reason: "\(error)")
        }
        guard let object = value["object"] else { throw WatchFormatError(reason: "an event has no object") }
        switch value["type"]?.string {
        case "ADDED": return .added(object)
        case "MODIFIED": return .modified(object)
        case "DELETED": return .deleted(object)
        case "BOOKMARK": return .bookmark(object)
        case "ERROR": return .error(object)
        case let other: throw WatchFormatError(reason: "unknown type of event \(other ?? "(none)")")
        }
    }
}

/// A watch's stream is not what the Kubernetes API says it is.
struct WatchFormatError: Error, Hashable, CustomStringConvertible {
    var reason: String

    var description: String { "not a watch stream: \(self.reason)" }
}
