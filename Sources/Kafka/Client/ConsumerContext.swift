// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka
import NameResolution
import Synchronization

/// What a consumer's callbacks find at the other end of their opaque pointer. They run inside the consumer's poll.
///
/// `@unchecked Sendable` as its base class; the mutex guards what is its own.
final class ConsumerContext: ClientContext, @unchecked Sendable {
    let consumer = Mutex<KafkaConsumer?>(nil)

    private static func consumer(_ opaque: UnsafeMutableRawPointer?) -> KafkaConsumer? {
        opaque.flatMap { pointer in
            let context = Unmanaged<ClientContext>.fromOpaque(pointer).takeUnretainedValue() as? ConsumerContext
            return context?.consumer.withLock { $0 }
        }
    }

    static func setCallbacks(_ conf: OpaquePointer) {
        rd_kafka_conf_set_rebalance_cb(conf) { client, code, list, opaque in
            guard let client, let consumer = ConsumerContext.consumer(opaque) else { return }
            consumer.rebalanced(client, code, list)
        }
        rd_kafka_conf_set_offset_commit_cb(conf) { _, code, list, opaque in
            ConsumerContext.consumer(opaque)?.committed(code, list)
        }
        rd_kafka_conf_set_error_cb(conf) { client, code, reason, opaque in
            let code = KafkaError.Code(rawValue: code)
            let error = KafkaError(
                code: code,
                message: reason.map { String(cString: $0) } ?? "",
                isFatal: code == .fatal
            )
            ConsumerContext.consumer(opaque)?.noticed(.error(error))
        }
        rd_kafka_conf_set_stats_cb(conf) { _, text, _, opaque in
            if let text { ConsumerContext.consumer(opaque)?.noticed(.statistics(String(cString: text))) }
            return 0
        }
        rd_kafka_conf_set_log_cb(conf) { client, level, facility, text in
            guard let client, level < 7, let facility, let text else { return }
            let consumer = ConsumerContext.consumer(rd_kafka_opaque(client))
            consumer?.noticed(.log(level: Int(level), facility: String(cString: facility), text: String(cString: text)))
        }
    }
}
