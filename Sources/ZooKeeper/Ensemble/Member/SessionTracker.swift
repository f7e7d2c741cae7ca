// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import ZooKeeperProtocol

/// When which session expires and where its client is: the leader's soft state, never stored.
struct SessionTracker: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        var timeoutMs: Int32
        var deadline: Instant
        /// The member its client is connected to, as far as this leader has heard.
        var owner: MemberID?
    }

    private var entries: [SessionID: Entry] = [:]

    mutating func open(_ session: SessionID, timeoutMs: Int32, owner: MemberID? = nil, now: Instant) {
        self.entries[session] = Entry(
            timeoutMs: timeoutMs,
            deadline: now + .milliseconds(Int(timeoutMs)),
            owner: owner
        )
    }

    mutating func close(_ session: SessionID) {
        self.entries[session] = nil
    }

    /// Gives a session its full time again.
    mutating func touch(_ session: SessionID, now: Instant) {
        guard let entry = self.entries[session] else { return }
        self.entries[session]?.deadline = max(entry.deadline, now + .milliseconds(Int(entry.timeoutMs)))
    }

    /// Sessions heard at a member (nil: at this one); those that have moved away since do not count.
    mutating func touch(_ sessions: [SessionID], at member: MemberID? = nil, now: Instant) {
        for session in sessions {
            if let member, let owner = self.entries[session]?.owner, owner != member { continue }
            self.touch(session, now: now)
        }
    }

    func owner(of session: SessionID) -> MemberID? { self.entries[session]?.owner }

    /// Moves a session to a member; returns the one it was at.
    mutating func move(_ session: SessionID, to member: MemberID, now: Instant) -> MemberID? {
        let owner = self.entries[session]?.owner
        self.entries[session]?.owner = member
        self.touch(session, now: now)
        return owner
    }

    /// Removes and returns the sessions whose time is over, sorted.
    mutating func takeExpired(now: Instant) -> [SessionID] {
        let expired = self.entries.filter { $0.value.deadline <= now }.keys.sorted()
        for session in expired { self.entries[session] = nil }
        return expired
    }
}
