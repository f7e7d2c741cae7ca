// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaClient
import Synchronization
import Verification

/// The progress that all clients of a workload add to.
final class SharedProgress: Sendable {
    /// How many different failures are kept: a cluster that refuses everything refuses thousands of sends.
    private static let failuresMax = 20

    private let state = Mutex(Progress())
    private let listeners = Mutex(Listeners())

    private struct Listeners {
        var signals: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
    }

    var now: Progress { self.state.withLock { $0 } }

    func update(_ body: (inout Progress) -> Void) {
        self.state.withLock { body(&$0) }
        self.tell()
    }

    /// Signals after each change; changes that come faster than they are looked at make one signal.
    func changes() -> AsyncStream<Void> {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = self.listeners.withLock { listeners in
            listeners.next += 1
            listeners.signals[listeners.next] = continuation
            return listeners.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.listeners.withLock { $0.signals.removeValue(forKey: number) }
        }
        return signals
    }

    private func tell() {
        for signal in self.listeners.withLock({ Array($0.signals.values) }) { signal.yield() }
    }

    /// Notes what went wrong for good; the same words once, and only so many.
    func fail(_ message: String) {
        self.state.withLock { state in
            guard state.failures.count < Self.failuresMax, !state.failures.contains(message) else { return }
            state.failures.append(message)
        }
        self.tell()
    }

    /// Counts what a client tells of errors: those it gets over by itself, and the fatal ones, which it does not.
    func note(_ notice: ClientNotice, client: UInt32, history: HistoryWriter) {
        let (name, code): (String, Int32)
        switch notice {
        case .retriable(let text):
            (name, code) = (text, KafkaError.Code(describedAs: text)?.rawValue ?? 0)
        case .error(let error) where error.isFatal:
            self.fail("client \(client): \(error)")
            return
        case .error(let error):
            (name, code) = (error.code.description, error.code.rawValue)
        case .statistics, .log:
            return
        }
        self.update { $0.noteRetriable(name) }
        history.record(
            Edge(
                .retriableError,
                .complete,
                client: UInt16(client),
                message: MessageID(producer: 0, partition: -1, sequence: -1),
                time: MonotonicClock.now.nanoseconds,
                errorCode: code
            )
        )
    }
}
