// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Reads a container's log from its file, and goes on while it grows.
struct LogReader {
    let path: String
    let options: LogOptions

    /// The log as a stream that is read as it is consumed.
    /// - Parameter isRunning: whether the container may still write; a followed log ends when it does not.
    func stream(
        pool: NIOThreadPool,
        isRunning: @escaping @Sendable () -> Bool
    ) -> AsyncThrowingStream<ByteBuffer, any Error> {
        let cursor = Cursor(path: self.path, options: self.options)
        let follow = self.options.follow
        return AsyncThrowingStream {
            while true {
                // Asked before reading: what was written until the container ended is then read for sure.
                let mayGrow = follow && isRunning()
                if let chunk = try await pool.runIfActive({ try cursor.next() }) { return chunk }
                guard mayGrow, !cursor.isFull else { return nil }
                // kubelet looks again at intervals, too; a log is for people.
                try await Task.sleep(for: .milliseconds(Limits.logFollowMs))
            }
        }
    }

    /// Where reading has got to. One reader at a time, as a stream's consumer is.
    private final class Cursor: Sendable {
        private struct State {
            var descriptor: CInt = -1
            var inode: UInt = 0
            var rest: [UInt8] = []
            var hasBegun = false
            var left: Int
        }

        private let path: String
        private let options: LogOptions
        private let state: Mutex<State>

        init(path: String, options: LogOptions) {
            self.path = path
            self.options = options
            self.state = Mutex(State(left: options.limitBytes ?? .max))
        }

        deinit {
            self.state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } }
        }

        /// Whether as much was read as was wanted.
        var isFull: Bool { self.state.withLock { $0.left == 0 } }

        /// The next lines, or nil when there are none just now.
        func next() throws -> ByteBuffer? {
            try self.state.withLock { state in
                guard state.left > 0 else { return nil }
                var lines = try self.lines(&state)
                if !state.hasBegun {
                    state.hasBegun = true
                    if let tail = self.options.tailLines {
                        while let more = try self.moreLines(&state) { lines += more }
                        lines = lines.suffix(tail)
                    }
                }
                var buffer = ByteBuffer()
                for line in lines { line.write(to: &buffer, timestamps: self.options.timestamps) }
                guard let chunk = buffer.readSlice(length: min(buffer.readableBytes, state.left)) else { return nil }
                state.left -= chunk.readableBytes
                return chunk.readableBytes == 0 ? nil : chunk
            }
        }

        private func moreLines(_ state: inout State) throws -> [LogLine]? {
            let lines = try self.lines(&state)
            return lines.isEmpty ? nil : lines
        }

        private func lines(_ state: inout State) throws -> [LogLine] {
            var lines = [LogLine]()
            while lines.isEmpty {
                guard try self.fill(&state) else { return [] }
                let bytes = state.rest
                var start = 0
                while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
                    if let line = LogLine(bytes[start..<end]),
                        self.options.since.map({ line.isWritten(since: $0) }) ?? true
                    {
                        lines.append(line)
                    }
                    start = end + 1
                }
                state.rest = Array(bytes[start...])
            }
            return lines
        }

        /// Reads on; false when there is nothing new.
        private func fill(_ state: inout State) throws -> Bool {
            if state.descriptor < 0 {
                state.descriptor = open(self.path, O_RDONLY | O_CLOEXEC)
                guard state.descriptor >= 0 else {
                    throw RuntimeError(.notFound, "cannot read \(self.path): \(String(cString: strerror(errno)))")
                }
                state.inode = Self.inode { fstat(state.descriptor, $0) }
            }
            let old = state.rest.count
            state.rest.append(contentsOf: repeatElement(0, count: Limits.logReadBytes))
            let count = state.rest.withUnsafeMutableBytes {
                read(state.descriptor, $0.baseAddress.map { $0 + old }, Limits.logReadBytes)
            }
            state.rest.removeLast(Limits.logReadBytes - max(0, count))
            guard count <= 0 else { return true }
            // The shim set the file aside: the log goes on in a new one.
            let current = Self.inode { stat(self.path, $0) }
            guard current != 0, current != state.inode else { return false }
            close(state.descriptor)
            state.descriptor = -1
            return try self.fill(&state)
        }

        private static func inode(_ call: (UnsafeMutablePointer<stat>) -> CInt) -> UInt {
            var status = stat()
            return call(&status) == 0 ? UInt(status.st_ino) : 0
        }
    }
}
