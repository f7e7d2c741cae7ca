// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Logging
import NIOCore
import NIOPosix
import NameResolution
import ZooKeeperEnsemble

/// Keeps this member linked with all others: each calls each, and the two settle on one connection.
///
/// Unchecked, because everything in it happens on its event loop.
final class PeerMesh: @unchecked Sendable {
    /// How long to wait between two attempts, at first and at most.
    private static let retryMin = TimeAmount.milliseconds(30)
    private static let retryMax = TimeAmount.milliseconds(500)
    private static let connectTimeout = TimeAmount.seconds(2)

    private struct Target {
        var peer: ZooKeeperServer.Configuration.Peer
        /// Names are looked up by a blocking call, each on a queue of its own: one that hangs holds up nobody else.
        var queue: DispatchQueue
        var isDialling = false
        var retry = PeerMesh.retryMin
    }

    let greeting: PeerGreeting
    private let configuration: ZooKeeperServer.Configuration
    private let shell: MemberShell
    private let eventLoop: any EventLoop
    private var targets: [MemberID: Target] = [:]
    private var isStopped = false

    init(configuration: ZooKeeperServer.Configuration, shell: MemberShell, nonce: UInt64) {
        self.configuration = configuration
        self.shell = shell
        self.eventLoop = shell.eventLoop
        self.greeting = PeerGreeting(sender: MemberID(rawValue: configuration.id), nonce: nonce)
        for peer in configuration.peers where peer.id != configuration.id {
            let queue = DispatchQueue(label: "zookeeper.names.\(peer.id)")
            self.targets[MemberID(rawValue: peer.id)] = Target(peer: peer, queue: queue)
        }
    }

    func start() {
        for id in self.targets.keys.sorted() { self.dial(id) }
    }

    func stop() {
        self.isStopped = true
    }

    /// Whether a connection shall be the link to that peer.
    ///
    /// Of two that crossed, both ends keep the one that the member of the higher number opened.
    func accepts(_ greeting: PeerGreeting, on link: PeerLink) -> Bool {
        let peer = greeting.sender
        guard !self.isStopped, self.targets[peer] != nil, link.dialled == nil || link.dialled == peer else {
            self.shell.logger.warning("member \(peer) is not expected there")
            return false
        }
        self.targets[peer]?.retry = Self.retryMin
        guard let old = self.shell.link(to: peer), old.peer?.nonce == greeting.nonce else { return true }
        let isOpenedByHigher = (link.dialled == nil) == (peer > self.greeting.sender)
        return isOpenedByHigher
    }

    /// A connection that this member opened has ended, whether or not it ever was the link.
    func dialEnded(_ peer: MemberID) {
        self.targets[peer]?.isDialling = false
        self.dialLater(peer)
    }

    /// A connection that the other end opened has ended.
    func acceptedEnded(_ peer: MemberID?) {
        guard let peer else { return }
        self.targets[peer]?.retry = Self.retryMin
        self.dialLater(peer)
    }

    private func dialLater(_ peer: MemberID) {
        guard !self.isStopped, let target = self.targets[peer] else { return }
        self.targets[peer]?.retry = min(Self.retryMax, target.retry + target.retry)
        self.eventLoop.scheduleTask(in: target.retry) { self.dial(peer) }
    }

    private func dial(_ peer: MemberID) {
        guard !self.isStopped, let target = self.targets[peer], !target.isDialling, self.shell.link(to: peer) == nil
        else {
            return
        }
        self.targets[peer]?.isDialling = true
        let (resolver, host) = (self.configuration.resolver, target.peer.host)
        let bindAddress = self.configuration.bindAddress
        target.queue.async {
            let address = Result { try resolver.addresses(of: host) }.flatMap { addresses in
                Result { try SocketAddress(ipAddress: addresses.first ?? bindAddress, port: target.peer.serverPort) }
            }
            self.eventLoop.execute {
                switch address {
                case .success(let address):
                    self.connect(to: address, of: peer)
                case .failure(let error):
                    self.shell.logger.debug("member \(peer) at \(host): \(error)")
                    self.dialEnded(peer)
                }
            }
        }
    }

    private func connect(to address: SocketAddress, of peer: MemberID) {
        ClientBootstrap(group: self.eventLoop)
            .connectTimeout(Self.connectTimeout)
            .channelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let link = PeerLink(mesh: self, shell: self.shell, dialled: peer)
                    try channel.pipeline.syncOperations.addHandler(link)
                }
            }
            .connect(to: address)
            .assumeIsolated()
            .whenFailure { _ in self.dialEnded(peer) }
    }
}
