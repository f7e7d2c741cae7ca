// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Walks a history in time and finds messages that were sent after somebody had seen a higher offset than they got.
///
/// What proves that a partition reaches an offset is an acknowledgement or a delivery. A send of unknown outcome that is in
/// the log has its place there, and must have been sent before anybody saw a higher one.
struct RealTimeOrder {
    private enum Event {
        case sent(MessageID, offset: Int64)
        case acknowledged(MessageID, offset: Int64)
        case delivered(Ledger.Delivery)
    }

    private let ledger: Ledger
    private var highest: [Int32: (offset: Int64, id: MessageID?, words: String)] = [:]
    private(set) var findings: [Finding] = []

    init(_ ledger: Ledger) {
        self.ledger = ledger
        for (time, event) in Self.events(ledger) {
            switch event {
            case .sent(let id, let offset):
                self.sent(id, offset, at: time)
            case .acknowledged(let id, let offset):
                self.proven(id.partition, offset, id) { "\(id) had been acknowledged at offset \(offset)" }
            case .delivered(let delivery):
                self.proven(delivery.partition, delivery.offset, delivery.message) {
                    "member \(delivery.client) had been handed offset \(delivery.offset)"
                }
            }
        }
    }

    /// Sends whose place is known, acknowledgements and deliveries, in order of time; at one time sends come first.
    private static func events(_ ledger: Ledger) -> [(time: Int64, event: Event)] {
        var events: [(time: Int64, rank: Int, event: Event)] = []
        for id in ledger.sentIDs {
            guard let send = ledger.sends[id] else { continue }
            let isAcknowledged = send.outcome == .ok && send.offset >= 0
            guard let offset = isAcknowledged ? send.offset : ledger.places[id] else { continue }
            events.append((send.invoked, 0, .sent(id, offset: offset)))
            if isAcknowledged, let completed = send.completed {
                events.append((completed, 1, .acknowledged(id, offset: offset)))
            }
        }
        events += ledger.deliveries.map { ($0.time, 1, .delivered($0)) }
        let numbered = events.enumerated().sorted {
            ($0.element.time, $0.element.rank, $0.offset) < ($1.element.time, $1.element.rank, $1.offset)
        }
        return numbered.map { ($0.element.time, $0.element.event) }
    }

    private mutating func proven(_ partition: Int32, _ offset: Int64, _ id: MessageID?, words: () -> String) {
        if let known = self.highest[partition], known.offset >= offset { return }
        self.highest[partition] = (offset, id, words())
    }

    private mutating func sent(_ id: MessageID, _ offset: Int64, at time: Int64) {
        guard let floor = self.highest[id.partition], offset < floor.offset else { return }
        self.findings.append(
            Finding(
                .reordered,
                partition: id.partition,
                offset: offset,
                witnesses: [floor.id, id].compactMap(\.self),
                time: self.ledger.sends[id]?.completed ?? time,
                because: "\(id) was sent after \(floor.words), and got the lower offset \(offset)"
            )
        )
    }
}
