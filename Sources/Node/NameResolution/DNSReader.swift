// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Reads the parts of a DNS message, following name compression back into it.
struct DNSReader {
    /// A record, or what the pseudo-record of extensions says.
    enum Entry {
        case record(DNSRecord)
        case udpPayloadMax(UInt16)
    }

    private let message: ByteBuffer
    private var position: Int

    init(_ message: ByteBuffer) {
        self.message = message
        self.position = message.readerIndex
    }

    mutating func uint16() throws(DNSFormatError) -> UInt16 {
        try self.integer(UInt16.self)
    }

    private mutating func integer<Number: FixedWidthInteger>(_: Number.Type) throws(DNSFormatError) -> Number {
        guard let value = self.message.getInteger(at: self.position, as: Number.self) else {
            throw DNSFormatError("it ends at byte \(self.position), inside a number")
        }
        self.position += MemoryLayout<Number>.size
        return value
    }

    mutating func name() throws(DNSFormatError) -> String {
        let (name, end) = try self.name(at: self.position)
        self.position = end
        return name
    }

    private func name(at start: Int) throws(DNSFormatError) -> (name: String, end: Int) {
        var labels = [String]()
        var (cursor, pointers, length) = (start, 0, 1)
        var end: Int?
        while true {
            guard let head = self.message.getInteger(at: cursor, as: UInt8.self) else {
                throw DNSFormatError("it ends at byte \(cursor), inside a name")
            }
            switch head {
            case 0:
                return (labels.joined(separator: "."), end ?? cursor + 1)
            case 1...63:
                length += Int(head) + 1
                guard length <= Limits.nameBytesMax else {
                    throw DNSFormatError("a name is longer than \(Limits.nameBytesMax) bytes")
                }
                labels.append(try self.label(at: cursor + 1, count: Int(head)))
                cursor += Int(head) + 1
            case 0xc0...0xff:
                guard let low = self.message.getInteger(at: cursor + 1, as: UInt8.self) else {
                    throw DNSFormatError("it ends at byte \(cursor), inside a name")
                }
                end = end ?? cursor + 2
                pointers += 1
                guard pointers <= Limits.pointersMax else { throw DNSFormatError("a name's pointers form a loop") }
                cursor = self.message.readerIndex + Int(head & 0x3f) << 8 + Int(low)
            default:
                throw DNSFormatError("a label of the unknown kind \(head >> 6)")
            }
        }
    }

    private func label(at index: Int, count: Int) throws(DNSFormatError) -> String {
        guard let bytes = self.message.getBytes(at: index, length: count) else {
            throw DNSFormatError("it ends inside a label")
        }
        // A dot inside a label would be another name once the labels are joined.
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ".") }) else {
            throw DNSFormatError("a label holds other bytes than printable ASCII")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    mutating func record() throws(DNSFormatError) -> Entry {
        let name = try self.name()
        let type = DNSRecord.Kind(rawValue: try self.uint16())
        let recordClass = try self.uint16()
        let timeToLive = try self.integer(UInt32.self)
        let length = Int(try self.uint16())
        let end = self.position + length
        guard end <= self.message.writerIndex else {
            throw DNSFormatError("a record of \(length) bytes reaches beyond the message")
        }
        let content: DNSRecord.Content
        switch type {
        case .opt:
            self.position = end
            return .udpPayloadMax(recordClass)
        case .a:
            content = .address(IPv4Address(rawValue: try self.integer(UInt32.self)))
        case .cname:
            content = .alias(try self.name())
        case .srv:
            let numbers = (try self.uint16(), try self.uint16(), try self.uint16())
            content = .service(priority: numbers.0, weight: numbers.1, port: numbers.2, target: try self.name())
        case .soa:
            let (server, mailbox) = (try self.name(), try self.name())
            let serial = try self.integer(UInt32.self)
            self.position += 12  // refresh, retry and expiry concern secondary servers
            content = .authority(
                server: server,
                mailbox: mailbox,
                serial: serial,
                minimum: try self.integer(UInt32.self)
            )
        default:
            guard let bytes = self.message.getBytes(at: self.position, length: length) else {
                throw DNSFormatError("a record reaches beyond the message")
            }
            self.position = end
            content = .unknown(type, bytes)
        }
        guard self.position == end else {
            throw DNSFormatError("a record of type \(type.rawValue) has \(length) bytes, which is not its size")
        }
        return .record(DNSRecord(name: name, timeToLive: timeToLive, content: content))
    }
}
