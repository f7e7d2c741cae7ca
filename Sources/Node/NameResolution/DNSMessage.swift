// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A DNS message (RFC 1035 §4): a question, or the answer to one.
public struct DNSMessage: Hashable, Sendable {
    /// What an answer says of its question; unknown codes survive.
    public struct ResponseCode: RawRepresentable, Hashable, Sendable {
        /// The four bits on the wire.
        public var rawValue: UInt8
        /// A code from its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The answer is in the message; without records: the name exists, but has none of that type.
        public static let noError = ResponseCode(rawValue: 0)
        /// The question could not be read.
        public static let formatError = ResponseCode(rawValue: 1)
        /// The server could not answer just now.
        public static let serverFailure = ResponseCode(rawValue: 2)
        /// The name does not exist.
        public static let nameError = ResponseCode(rawValue: 3)
        /// The server does not do what was asked.
        public static let notImplemented = ResponseCode(rawValue: 4)
        /// The server will not answer: the name is not in its zone.
        public static let refused = ResponseCode(rawValue: 5)
    }

    /// What is asked for.
    public struct Question: Hashable, Sendable {
        /// The name, without the dot at its end, as the asker spelled it.
        public var name: String
        /// Which records.
        public var type: DNSRecord.Kind

        /// A question for records of the Internet class.
        public init(name: String, type: DNSRecord.Kind) {
            self.name = name
            self.type = type
        }
    }

    /// Pairs an answer with its question.
    public var id: UInt16
    /// Whether this is an answer.
    public var isResponse = false
    /// The operation; 0 is a standard query, the only one that is served.
    public var operation: UInt8 = 0
    /// Whether the server owns the zone.
    public var isAuthoritative = false
    /// Whether records were left out because they did not fit: ask again over TCP.
    public var isTruncated = false
    /// Whether the asker wants the server to ask others.
    public var recursionDesired = false
    /// What an answer says of its question.
    public var responseCode = ResponseCode.noError
    /// The questions: one, in practice.
    public var questions: [Question]
    /// Records that answer the question.
    public var answers: [DNSRecord] = []
    /// Records of the zone's authority (the SOA of a negative answer).
    public var authorities: [DNSRecord] = []
    /// Records that help (addresses of SRV targets).
    public var additionals: [DNSRecord] = []
    /// The largest UDP answer that the asker takes, in bytes (RFC 6891); nil without the extension: 512.
    public var udpPayloadMax: UInt16?

    /// A message with a question.
    public init(id: UInt16, questions: [Question]) {
        self.id = id
        self.questions = questions
    }
}
