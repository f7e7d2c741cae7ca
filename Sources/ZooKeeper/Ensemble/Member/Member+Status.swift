// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import HashTreeCollections
package import ZooKeeperProtocol

/// What a member tells about itself.
extension Member {
    /// What a serving member is.
    package enum Mode: String, Hashable, Sendable {
        case standalone, leader, follower
    }

    /// What it serves as; nil while it serves nobody.
    package var mode: Mode? {
        guard self.isServing else { return nil }
        if self.configuration.members.count == 1 { return .standalone }
        return self.leading != nil ? .leader : .follower
    }

    /// The epoch it leads; nil unless it leads one.
    package var ledEpoch: Epoch? { self.leading?.epoch }

    /// How many requests of its clients wait for a leader's answer.
    package var outstandingCount: Int { self.clients.outstanding.count }

    /// How many watches its clients have set.
    package var watchCount: Int { self.watches.count }

    /// How many followers it sends transactions to.
    package var followerCount: Int { self.leading?.peers.values.count { $0.isStreaming } ?? 0 }

    /// The last transaction of its log, committed or not.
    package var lastLogged: Zxid { self.window.last }
}

extension DataTree {
    /// How many nodes there are.
    package var nodeCount: Int { self.nodes.count }

    /// How many of them are ephemeral.
    package var ephemeralCount: Int { self.sessions.values.reduce(0) { $0 + $1.ephemerals.count } }
}
