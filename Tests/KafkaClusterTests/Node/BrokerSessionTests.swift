// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import Testing

@Suite("A broker's session")
struct BrokerSessionTests {
    private static func broker() -> Broker {
        var broker = Broker(settings: BrokerSettings(id: 1, host: "127.0.0.1", port: 9093))
        _ = broker.handle(.started(logs: [:], highWatermarks: [:]), now: .zero)
        return broker
    }

    private static func registrations(in effects: [BrokerEffect]) -> Int {
        effects.filter { effect in
            if case .zookeeper(.create("/brokers/ids/1", _, true), .register) = effect { true } else { false }
        }.count
    }

    private static func reply(_ purpose: ZooKeeperPurpose, _ reply: ZooKeeperReply) -> BrokerEvent {
        .zookeeper(.reply(purpose, reply))
    }

    @Test("Clients are served only once the broker is registered")
    func serves() {
        var broker = Self.broker()
        let connected = broker.handle(.zookeeper(.connected(sessionID: 5)), now: .zero)
        #expect(Self.registrations(in: connected) == 1)
        #expect(!connected.contains(.serve))
        #expect(!broker.handle(Self.reply(.register, .done), now: .zero).contains(.serve))
        let own = ZooKeeperReply.data("{}", ZooKeeperStat(czxid: 9, mzxid: 9, version: 0, ephemeralOwner: 5))
        #expect(broker.handle(Self.reply(.ownRegistration, own), now: .zero).contains(.serve))
        #expect(broker.isRegistered)
    }

    @Test("A broker whose earlier session lives on waits until that is gone")
    func waits() {
        var broker = Self.broker()
        _ = broker.handle(.zookeeper(.connected(sessionID: 5)), now: .zero)
        _ = broker.handle(Self.reply(.register, .failure(.nodeExists)), now: .zero)
        let other = ZooKeeperReply.data("{}", ZooKeeperStat(czxid: 8, mzxid: 8, version: 0, ephemeralOwner: 4))
        #expect(!broker.handle(Self.reply(.ownRegistration, other), now: .zero).contains(.serve))
        #expect(!broker.isRegistered)
        let gone = broker.handle(.zookeeper(.changed(path: "/brokers/ids/1")), now: .zero)
        #expect(Self.registrations(in: gone) == 1)
    }

    @Test("A registration whose answer was lost is recognised as the broker's own")
    func lostAnswer() {
        var broker = Self.broker()
        _ = broker.handle(.zookeeper(.connected(sessionID: 5)), now: .zero)
        let lost = broker.handle(Self.reply(.register, .failure(.connectionLoss)), now: .zero)
        #expect(lost.contains { if case .setTimer(.zookeeper, _) = $0 { true } else { false } })
        #expect(Self.registrations(in: broker.handle(.timer(.zookeeper), now: .zero)) == 1)
        _ = broker.handle(Self.reply(.register, .failure(.nodeExists)), now: .zero)
        let own = ZooKeeperReply.data("{}", ZooKeeperStat(czxid: 8, mzxid: 8, version: 0, ephemeralOwner: 5))
        #expect(broker.handle(Self.reply(.ownRegistration, own), now: .zero).contains(.serve))
    }

    @Test("After an expired session the broker registers anew")
    func expired() {
        var broker = Self.broker()
        _ = broker.handle(.zookeeper(.connected(sessionID: 5)), now: .zero)
        _ = broker.handle(.zookeeper(.expired), now: .zero)
        #expect(Self.registrations(in: broker.handle(.zookeeper(.connected(sessionID: 6)), now: .zero)) == 1)
    }

    @Test("A broker that is not registered ends at once")
    func stopsUnregistered() {
        var broker = Self.broker()
        let effects = broker.handle(.stop, now: .zero)
        #expect(effects.contains(.stopped))
        #expect(effects.contains(.closeSession))
    }

    @Test("A broker that the controller leaves without an answer ends all the same")
    func stopsUnanswered() {
        var broker = Self.broker()
        _ = broker.handle(.zookeeper(.connected(sessionID: 5)), now: .zero)
        _ = broker.handle(Self.reply(.register, .done), now: .zero)
        let own = ZooKeeperReply.data("{}", ZooKeeperStat(czxid: 9, mzxid: 9, version: 0, ephemeralOwner: 5))
        _ = broker.handle(Self.reply(.ownRegistration, own), now: .zero)
        let asked = broker.handle(.stop, now: .zero)
        #expect(!asked.contains(.stopped))
        let limits = asked.compactMap { effect -> Instant? in
            guard case .setTimer(.shutdownLimit, let instant) = effect else { return nil }
            return instant
        }
        #expect(limits == [Instant(nanoseconds: 20_000_000_000)])
        let ended = broker.handle(.timer(.shutdownLimit), now: limits.first ?? .zero)
        #expect(ended.contains(.stopped))
        #expect(!broker.handle(.timer(.shutdownLimit), now: limits.first ?? .zero).contains(.stopped))
    }
}
