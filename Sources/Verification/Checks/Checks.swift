// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// All checks of messages, and what they say together.
public enum Checks {
    /// One of each kind, in the order in which reports list them.
    public static let all: [any Check] = [
        LostCheck(), DuplicateCheck(), ReorderedCheck(), PhantomCheck(), CorruptedCheck(), UnseenCheck(),
        DivergentCheck(), SkippedCheck(),
    ]

    /// What all checks found, and what kept any of them from judging.
    public struct Result: Hashable, Sendable {
        /// The findings, by kind and then as found.
        public var findings: [Finding] = []
        /// Why a check could not judge; not empty means `error`, never `pass`.
        public var errors: [String] = []
    }

    /// Runs all checks.
    public static func run(_ ledger: Ledger) -> Result {
        var result = Result()
        result.errors += ledger.gaps
        for check in self.all {
            do {
                result.findings += try check.findings(in: ledger)
            } catch {
                let message = "\(error)"
                if !result.errors.contains(message) { result.errors.append(message) }
            }
        }
        return result
    }
}
