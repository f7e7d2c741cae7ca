// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What waits for one reader, who takes all of it at a time: a burst of changes is then looked at once, not one by one.
///
/// Unbounded, since a lost change would never come again; the server ends a watch that falls 1,000 events behind, and the
/// reader takes them faster than any server commits them.
final class Mailbox<Element: Sendable>: Sendable {
    private let pending = Mutex<[Element]>([])
    /// An element whenever something may have come since the last ``takeAll()``.
    let signals: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init() {
        (self.signals, self.bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func post(_ element: Element) {
        self.pending.withLock { $0.append(element) }
        self.bell.yield()
    }

    func takeAll() -> [Element] {
        self.pending.withLock { pending in
            let all = pending
            pending = []
            return all
        }
    }
}
