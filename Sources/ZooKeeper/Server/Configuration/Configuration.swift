// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
public import Logging
public import NameResolution
package import ZooKeeperProtocol

extension ZooKeeperServer {
    /// How a server is set up.
    public struct Configuration: Sendable {
        /// Another member of the ensemble, or this one.
        public struct Peer: Hashable, Sendable {
            /// Its number (`myid`), 1…255.
            public var id: UInt8
            /// Its name or address; resolved anew at each attempt to reach it.
            public var host: String
            /// The port on which it takes connections of the others.
            public var serverPort: Int

            /// A member.
            public init(id: UInt8, host: String, serverPort: Int) {
                self.id = id
                self.host = host
                self.serverPort = serverPort
            }
        }

        /// This server's number.
        public var id: UInt8 = 1
        /// All members, this one among them; empty: it stands alone.
        public var peers: [Peer] = []
        /// The address to listen at.
        public var bindAddress = "127.0.0.1"
        /// Where clients connect; 0: any free port.
        public var clientPort = 2181
        /// Where the other members connect.
        public var serverPort = 2888
        /// Where they may connect as well; everything they have to say goes over one of the two.
        public var electionPort = 3888
        /// Where snapshots are kept.
        public var dataDirectory: String
        /// Where the transaction log is kept; nil: with the snapshots.
        public var dataLogDirectory: String?
        /// ZooKeeper's unit of time, in milliseconds.
        public var tickTimeMs = 2000
        /// The shortest session timeout granted, in milliseconds; nil: two ticks.
        public var minSessionTimeoutMs: Int?
        /// The longest, in milliseconds; nil: twenty ticks.
        public var maxSessionTimeoutMs: Int?
        /// How many connections one address may have; 0: any number.
        public var maxClientConnections = 60
        /// How many snapshots are kept, at least 1.
        public var snapshotsRetained = 3
        /// The longest frame a client may send, in bytes (`jute.maxbuffer`).
        public var clientFrameBytesMax = 0xfffff
        /// After so many transactions a snapshot is taken.
        public var snapshotInterval = 50_000
        /// How long clients are answered after a request to stop, in milliseconds, at most.
        public var shutdownMs = 2_500
        /// Looks the peers' names up.
        public var resolver = Resolver(server: nil)
        /// Where the server says what it does.
        public var logger = Logger(label: "zookeeper")
        /// Decides what happens to the requests of sessions by their kind. What it answers goes out at once, before the
        /// answers of earlier requests that are still under way.
        package var interceptor: RequestInterceptor<OpCode, InterceptedAnswer>?
        /// Options that were given and have no effect here; named once in the log.
        public var optionsWithoutEffect: [String] = []

        /// What an interceptor answers: an error, or a body.
        package struct InterceptedAnswer: Hashable, Sendable {
            /// What went wrong.
            package var error: ErrorCode
            /// The answer, where nothing did.
            package var body: Response

            /// An answer.
            package init(error: ErrorCode = .ok, body: Response = .empty) {
                self.error = error
                self.body = body
            }
        }

        /// A server that keeps its data in a directory, with the usual settings.
        public init(dataDirectory: String) {
            self.dataDirectory = dataDirectory
        }
    }
}
