// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import KafkaProtocol
package import NIOCore

/// A request on a connection; answered in the order of the sequence numbers.
package struct RequestID: Hashable, Sendable {
    package var connection: UInt64
    package var sequence: UInt64

    package init(connection: UInt64, sequence: UInt64) {
        self.connection = connection
        self.sequence = sequence
    }
}

/// A request with what its header and connection say.
package struct IncomingRequest: Hashable, Sendable {
    package var id: RequestID
    package var version: Int16
    package var clientID: String
    /// The client's address as Kafka prints it: `/127.0.0.1`.
    package var clientHost: String
    package var body: KafkaRequest

    package init(id: RequestID, version: Int16, clientID: String = "", clientHost: String = "", body: KafkaRequest) {
        self.id = id
        self.version = version
        self.clientID = clientID
        self.clientHost = clientHost
        self.body = body
    }
}

/// What a request to another broker was for; comes back with its answer.
package enum PeerToken: Hashable, Sendable {
    /// A follower's fetch, by number.
    case fetch(UInt64)
    /// Changes of in-sync sets.
    case alterPartition(UInt64)
    /// The controller's word to a broker.
    case leaderAndIsr(UInt64)
    case updateMetadata(UInt64)
    case stopReplica(UInt64)
    case controlledShutdown(attempt: Int)

    /// Fetches wait at the leader, so they have a connection of their own.
    package var isFetch: Bool {
        if case .fetch = self { true } else { false }
    }
}

/// A timer of the broker; setting one again replaces it.
package enum BrokerTimer: Hashable, Sendable {
    /// Waiting fetch and produce requests reach their time limits.
    case purgatory
    case produceTimeouts
    /// Followers that lag leave the in-sync sets.
    case lag
    /// A follower fetches again after its leader did not answer.
    case fetch(from: Int32)
    /// Proposals go to the controller again.
    case proposals
    /// The controller writes to a broker again.
    case channel(Int32)
    /// Stand for election as controller.
    case election
    /// Look whether leaders are the preferred ones.
    case rebalance
    /// High watermarks go to their file.
    case checkpoint
    /// Ask for controlled shutdown again.
    case shutdown
    /// Controlled shutdown has taken too long.
    case shutdownLimit
    /// Try again to reach what ZooKeeper did not answer.
    case zookeeper
    /// The group coordinator's next deadline.
    case groups
}

/// What can happen to a broker.
package enum BrokerEvent: Sendable {
    /// The process begins: what is on its disk, and the high watermarks of the checkpoint file.
    case started(logs: [TopicPartition: LogState], highWatermarks: [TopicPartition: Int64])
    case request(IncomingRequest)
    /// A connection ended; nothing more is answered on it.
    case connectionClosed(UInt64)
    /// Another broker answered.
    case peerReply(from: Int32, PeerToken, KafkaResponse)
    /// Another broker could not be reached, or its connection ended before the answer.
    case peerFailed(Int32, PeerToken)
    case zookeeper(ZooKeeperEvent)
    /// A log operation ended. Delivered before any other event.
    case log(LogAnswer)
    case timer(BrokerTimer)
    /// SIGTERM: hand everything over, then end.
    case stop
}

/// What a broker asks of its logs. Each is performed in order, and its event comes before any other.
package enum LogRequest: Hashable, Sendable {
    /// Opens a partition's log, creating it where there is none.
    case open(TopicPartition, TopicSettings)
    /// Appends a client's batch: offsets and epoch are given, sequence numbers checked.
    case append(AppendToken, records: ByteBuffer, leaderEpoch: Int32)
    /// Appends what the leader sent, as it is.
    case replicate(TopicPartition, records: ByteBuffer, leader: Int32)
    /// Cuts the log to end at the offset.
    case truncate(TopicPartition, to: Int64, leader: Int32)
    /// Removes everything and begins anew at the offset.
    case restart(TopicPartition, at: Int64, leader: Int32)
    /// Reads batches for a waiting fetch, `bytesMax` in all; of the first that has any, at least one batch.
    case read(fetch: UInt64, [LogRead], bytesMax: Int)
    /// Looks for the first record at or after the time (milliseconds) for a ListOffsets request.
    case findTimestamp(lookup: UInt64, TopicPartition, timestampMs: Int64)
    /// Reads a whole partition for a coordinator that takes it over.
    case load(TopicPartition)
    /// A topic's settings changed.
    case configure(TopicPartition, TopicSettings)
    /// Deletes a partition's log.
    case delete(TopicPartition)
    /// Writes the high watermarks to their file.
    case checkpoint([TopicPartition: Int64])
}

/// Who waits for an append.
package struct AppendToken: Hashable, Sendable {
    package var partition: TopicPartition
    package var waiter: AckWaiter
}

/// A read of a log, up to but not including `endOffset`.
package struct LogRead: Hashable, Sendable {
    package var partition: TopicPartition
    package var offset: Int64
    package var endOffset: Int64
    /// In bytes.
    package var bytesMax: Int
}

/// What an append did.
package enum AppendOutcome: Hashable, Sendable {
    /// The batch is in the log, now or since an earlier try with the same sequence numbers.
    case appended(baseOffset: Int64, lastOffset: Int64, logAppendTimeMs: Int64)
    case refused(ErrorCode)
}

/// What the logs answer.
package enum LogAnswer: Sendable {
    case opened(TopicPartition, LogState)
    case appended(AppendToken, AppendOutcome, LogState)
    /// After replicate, truncate and restart; with an error nothing changed.
    case changed(TopicPartition, LogState, ErrorCode, leader: Int32)
    case read(fetch: UInt64, [Records])
    case foundTimestamp(lookup: UInt64, TopicPartition, offset: Int64, timestampMs: Int64, leaderEpoch: Int32)
    case loaded(TopicPartition, [ByteBuffer])
    /// The disk refused: the replica is offline.
    case failed(TopicPartition, String)
}

/// What a broker asks of the world, in order.
package indirect enum BrokerEffect: Hashable, Sendable {
    case reply(RequestID, KafkaResponse)
    /// The request has no answer (acks=0).
    case noReply(RequestID)
    case closeConnection(UInt64)
    case send(to: BrokerRegistration, PeerToken, KafkaRequest)
    case zookeeper(ZooKeeperRequest, ZooKeeperPurpose)
    /// Ends the session, and with it the broker's registration.
    case closeSession
    case log(LogRequest)
    case setTimer(BrokerTimer, at: Instant)
    /// Registered: clients may be answered from now on.
    case serve
    /// Since its start the broker has been in the in-sync set of all its partitions.
    case ready
    /// A line for the log.
    case note(String)
    /// A rare path was taken: counted and printed, never acted upon.
    case reached(BrokerProbe)
    /// All is handed over: close the logs and end.
    case stopped
}

/// Rare paths that a simulation must take.
package enum BrokerProbe: String, Hashable, Sendable, CaseIterable {
    case controllerElected, leaderElected, uncleanElection, truncated, shrunk, expanded, fencedController
    case controlledShutdown, proposalRefused, sessionExpired
}
