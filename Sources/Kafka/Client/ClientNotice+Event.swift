// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka
import Foundation

extension ClientNotice {
    /// What an event of librdkafka's tells beside results; nil for other events.
    init?(_ event: OpaquePointer) {
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_ERROR:
            let code = rd_kafka_event_error(event)
            let text = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
            self = .error(
                KafkaError(
                    code: KafkaError.Code(rawValue: code.rawValue),
                    message: text,
                    isFatal: rd_kafka_event_error_is_fatal(event) != 0
                )
            )
        case RD_KAFKA_EVENT_STATS:
            self = .statistics(rd_kafka_event_stats(event).map { String(cString: $0) } ?? "")
        case RD_KAFKA_EVENT_LOG:
            var facility: UnsafePointer<CChar>?
            var text: UnsafePointer<CChar>?
            var level: Int32 = 0
            guard rd_kafka_event_log(event, &facility, &text, &level) == 0, let facility, let text else { return nil }
            self.init(level: level, facility: facility, text: text)
        case _:
            return nil
        }
    }

    /// Debug lines are many: only those about failed sets of messages are kept, as what they are.
    private init?(level: Int32, facility: UnsafePointer<CChar>, text: UnsafePointer<CChar>) {
        guard level >= 7 else {
            self = .log(level: Int(level), facility: String(cString: facility), text: String(cString: text))
            return
        }
        guard String(cString: facility) == "MSGSET" else { return nil }
        // "topic [0]: MessageSet with 3 message(s) (MsgId 0, BaseSeq 0) encountered error: TEXT (actions Refresh,Retry)"
        let line = String(cString: text)
        guard let start = line.range(of: "encountered error: ") else { return nil }
        let rest = line[start.upperBound...]
        guard let end = rest.range(of: " (actions ") else { return nil }
        let actions = rest[end.upperBound...]
        // What is "Permanent" is told by a delivery report instead.
        guard actions.contains("Retry") || actions.contains("Refresh") else { return nil }
        self = .retriable(String(rest[..<end.lowerBound]))
    }
}
