// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Waits for signals, each of which may have made a condition true.
/// - Returns: Whether it is true; false when time was up, the signals ended or the task was cancelled before.
func holds(
    _ condition: @escaping @Sendable () -> Bool,
    after signals: AsyncStream<Void>,
    within limit: Duration
) async -> Bool {
    await withTaskGroup(of: Void.self) { group in
        group.addTask {
            guard !condition() else { return }
            for await _ in signals where condition() { return }
        }
        group.addTask {
            do { try await Task.sleep(for: max(.zero, limit)) } catch { return }  // a limit, not a synchronisation
        }
        await group.next()
        group.cancelAll()
    }
    return condition()
}
