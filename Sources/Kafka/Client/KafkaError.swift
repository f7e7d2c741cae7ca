// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka

/// What a broker or librdkafka answered instead of a result.
public struct KafkaError: Error, Hashable, CustomStringConvertible {
    /// Kafka's own code (positive), or one of librdkafka's (negative); unknown ones survive.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        public var rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// No error.
        public static let none = Code(rawValue: 0)
        /// The offset asked for is not in the log.
        public static let offsetOutOfRange = Code(rawValue: 1)
        /// The topic or partition does not exist there.
        public static let unknownTopicOrPartition = Code(rawValue: 3)
        /// The broker does not lead the partition (any more).
        public static let notLeaderOrFollower = Code(rawValue: 6)
        /// The topic exists already.
        public static let topicAlreadyExists = Code(rawValue: 36)
        /// The broker is not the controller (any more), or there is none at present.
        public static let notController = Code(rawValue: 41)
        /// librdkafka: the connection broke.
        public static let transport = Code(rawValue: -195)
        /// librdkafka: no answer in time; the outcome of a write may be unknown.
        public static let messageTimedOut = Code(rawValue: -192)
        /// librdkafka: a local call took too long.
        public static let timedOut = Code(rawValue: -185)
        /// librdkafka: the producer's queue is full.
        public static let queueFull = Code(rawValue: -184)
        /// librdkafka: no broker can be reached.
        public static let allBrokersDown = Code(rawValue: -187)
        /// librdkafka: the end of a partition was reached.
        public static let partitionEnd = Code(rawValue: -191)
        /// librdkafka: an argument or setting is not valid.
        public static let invalidArgument = Code(rawValue: -186)
        /// librdkafka: the client is closed.
        public static let destroyed = Code(rawValue: -197)
        /// librdkafka: the client can do nothing any more.
        public static let fatal = Code(rawValue: -150)

        /// The code of these words, librdkafka's own for it.
        package init?(describedAs text: String) {
            guard let code = Self.byDescription[text] else { return nil }
            self.init(rawValue: code)
        }

        private static let byDescription: [String: Int32] = {
            var descriptions: UnsafePointer<rd_kafka_err_desc>?
            var count = 0
            rd_kafka_get_err_descs(&descriptions, &count)
            return (0..<count).reduce(into: [:]) { codes, index in
                guard let description = descriptions?[index], let text = description.desc else { return }
                codes[String(cString: text)] = description.code.rawValue
            }
        }()

        /// Kafka's name of the code, such as `NOT_LEADER_FOR_PARTITION`.
        public var name: String { String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(self.rawValue))) }

        public var description: String { String(cString: rd_kafka_err2str(rd_kafka_resp_err_t(self.rawValue))) }
    }

    /// The code.
    public var code: Code
    /// What was asked, of whom, and what came back.
    public var message: String
    /// Whether librdkafka will go on only after a new client is made.
    public var isFatal: Bool
    /// Whether the same call may succeed later.
    public var isRetriable: Bool

    /// An error; without a message, the code's own words.
    public init(code: Code, message: String = "", isFatal: Bool = false, isRetriable: Bool = false) {
        self.code = code
        self.message = message.isEmpty ? code.description : message
        self.isFatal = isFatal
        self.isRetriable = isRetriable
    }

    init(_ code: rd_kafka_resp_err_t, _ message: String = "") {
        self.init(code: Code(rawValue: code.rawValue), message: message)
    }

    /// Takes over librdkafka's error object; nil when there is none.
    init?(taking error: OpaquePointer?, _ what: String) {
        guard let error else { return nil }
        self.init(
            code: Code(rawValue: rd_kafka_error_code(error).rawValue),
            message: "\(what): \(String(cString: rd_kafka_error_string(error)))",
            isFatal: rd_kafka_error_is_fatal(error) != 0,
            isRetriable: rd_kafka_error_is_retriable(error) != 0
        )
        rd_kafka_error_destroy(error)
    }

    public var description: String { "\(self.code.name): \(self.message)" }
}
