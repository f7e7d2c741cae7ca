// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import Synchronization

/// Bytes on their way from a client to a process: who sends waits while too many are under way.
final class BoundedInput: Sendable {
    /// Bytes that may be under way before the sender waits.
    static let bytesMax = 1 << 20

    private struct State {
        var chunks: Deque<ByteBuffer> = []
        var bytes = 0
        var isFinished = false
        var reader: CheckedContinuation<ByteBuffer?, Never>?
        var sender: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// The bytes as a stream, for one reader.
    var stream: AsyncStream<ByteBuffer> { AsyncStream { await self.next() } }

    /// Hands bytes over; returns when there is room for more, or nobody will read them.
    func send(_ bytes: ByteBuffer) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let (reader, mayGoOn) = self.state.withLock { state in
                    if state.isFinished { return (CheckedContinuation<ByteBuffer?, Never>?.none, true) }
                    if let reader = state.reader.take() { return (reader, true) }
                    state.chunks.append(bytes)
                    state.bytes += bytes.readableBytes
                    if state.bytes < Self.bytesMax { return (nil, true) }
                    state.sender = continuation
                    return (nil, false)
                }
                reader?.resume(returning: bytes)
                if mayGoOn { continuation.resume() }
            }
        } onCancel: {
            self.finish()
        }
    }

    /// Ends the stream behind what was sent; what is sent later is dropped.
    func finish() {
        let (reader, sender) = self.state.withLock { state in
            state.isFinished = true
            return (state.reader.take(), state.sender.take())
        }
        reader?.resume(returning: nil)
        sender?.resume()
    }

    private func next() async -> ByteBuffer? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<ByteBuffer?, Never>) in
                let (chunk, isKnown, sender) = self.state.withLock { state in
                    if let chunk = state.chunks.popFirst() {
                        state.bytes -= chunk.readableBytes
                        let sender = state.bytes < Self.bytesMax ? state.sender.take() : nil
                        return (ByteBuffer?.some(chunk), true, sender)
                    }
                    if state.isFinished { return (nil, true, nil) }
                    state.reader = continuation
                    return (nil, false, nil)
                }
                sender?.resume()
                if isKnown { continuation.resume(returning: chunk) }
            }
        } onCancel: {
            self.finish()
        }
    }
}
