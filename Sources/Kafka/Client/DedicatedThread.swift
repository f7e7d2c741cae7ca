// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Threads for what blocks: librdkafka's polling and its synchronous calls never run in the cooperative pool.
package enum DedicatedThread {
    /// Runs `body` on a new thread.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.name = name
        thread.start()
    }

    /// Runs a blocking call on a thread of its own and waits for it without blocking.
    package static func run<Value: Sendable>(
        _ name: String,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            self.start(name) { continuation.resume(with: Result { try body() }) }
        }
    }
}
