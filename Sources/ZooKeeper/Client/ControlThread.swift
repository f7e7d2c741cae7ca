// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A thread of a client's own for what blocks: name look-ups, opening and closing the handle.
///
/// `@unchecked Sendable`: everything mutable is touched only while `condition` is held.
final class ControlThread: @unchecked Sendable {
    enum Command {
        case resolve
        case stop(done: @Sendable () -> Void)
    }

    private let condition = NSCondition()
    private var commands: [Command] = []
    private var isFinished = false

    /// Starts a thread that runs `body` once.
    func start(name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.name = name
        thread.start()
    }

    func send(_ command: Command) {
        self.condition.lock()
        let isFinished = self.isFinished
        if !isFinished {
            self.commands.append(command)
            self.condition.signal()
        }
        self.condition.unlock()
        if isFinished, case .stop(let done) = command { done() }
    }

    /// The next command, or nil when none came within that time (nil: wait for ever).
    func next(within timeout: Duration?) -> Command? {
        self.condition.lock()
        defer { self.condition.unlock() }
        let limit = timeout.map { Date(timeIntervalSinceNow: $0 / .seconds(1)) }
        while self.commands.isEmpty {
            if let limit {
                guard self.condition.wait(until: limit) else { break }
            } else {
                self.condition.wait()
            }
        }
        return self.commands.isEmpty ? nil : self.commands.removeFirst()
    }

    /// Ends the queue: what waits in it, and whatever is still sent, is done at once.
    func finish() {
        self.condition.lock()
        self.isFinished = true
        let rest = self.commands
        self.commands = []
        self.condition.unlock()
        for case .stop(let done) in rest { done() }
    }
}
