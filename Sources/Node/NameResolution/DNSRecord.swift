// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A resource record of the Internet class.
public struct DNSRecord: Hashable, Sendable {
    /// The type of a record; unknown types survive.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        /// The number on the wire.
        public var rawValue: UInt16
        /// A type from its number.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// An IPv4 address.
        public static let a = Kind(rawValue: 1)
        /// Another name for the same host.
        public static let cname = Kind(rawValue: 5)
        /// The start of a zone of authority.
        public static let soa = Kind(rawValue: 6)
        /// An IPv6 address.
        public static let aaaa = Kind(rawValue: 28)
        /// The location of a service (RFC 2782).
        public static let srv = Kind(rawValue: 33)
        /// The pseudo-record that carries extensions (RFC 6891).
        static let opt = Kind(rawValue: 41)
    }

    /// What a record holds.
    public enum Content: Hashable, Sendable {
        /// An IPv4 address in dotted form.
        case address(IPv4Address)
        /// Another name for the same host.
        case alias(String)
        /// Where a service is: lower priorities first, then by weight.
        case service(priority: UInt16, weight: UInt16, port: UInt16, target: String)
        /// The zone's authority; `minimum` is how long, in seconds, a negative answer may be kept.
        case authority(server: String, mailbox: String, serial: UInt32, minimum: UInt32)
        /// Bytes of a type that is not read here.
        case unknown(Kind, [UInt8])
    }

    /// The name, without the dot at its end.
    public var name: String
    /// How long it may be kept, in seconds.
    public var timeToLive: UInt32
    /// What it holds.
    public var content: Content

    /// A record.
    public init(name: String, timeToLive: UInt32, content: Content) {
        self.name = name
        self.timeToLive = timeToLive
        self.content = content
    }

    /// The record's type.
    public var type: Kind {
        switch self.content {
        case .address: .a
        case .alias: .cname
        case .service: .srv
        case .authority: .soa
        case .unknown(let type, _): type
        }
    }
}
