// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

extension DNSMessage {
    /// Reads a message; no bytes of a peer can trip it.
    /// - Throws: ``DNSFormatError``.
    public init(from bytes: ByteBuffer) throws(DNSFormatError) {
        var reader = DNSReader(bytes)
        let id = try reader.uint16()
        let flags = try reader.uint16()
        let counts = [try reader.uint16(), try reader.uint16(), try reader.uint16(), try reader.uint16()].map(Int.init)
        guard counts.reduce(0, +) <= Limits.recordsMax else {
            throw DNSFormatError("it announces \(counts.reduce(0, +)) records; at most \(Limits.recordsMax) are read")
        }
        self.init(id: id, questions: [])
        self.isResponse = flags & 0x8000 != 0
        self.operation = UInt8(flags >> 11 & 0xf)
        self.isAuthoritative = flags & 0x0400 != 0
        self.isTruncated = flags & 0x0200 != 0
        self.recursionDesired = flags & 0x0100 != 0
        self.responseCode = ResponseCode(rawValue: UInt8(flags & 0xf))
        for _ in 0..<counts[0] {
            let name = try reader.name()
            let type = DNSRecord.Kind(rawValue: try reader.uint16())
            _ = try reader.uint16()  // the class: all but the Internet's is history
            self.questions.append(Question(name: name, type: type))
        }
        self.answers = try self.readRecords(counts[1], from: &reader)
        self.authorities = try self.readRecords(counts[2], from: &reader)
        self.additionals = try self.readRecords(counts[3], from: &reader)
    }

    private mutating func readRecords(
        _ count: Int,
        from reader: inout DNSReader
    ) throws(DNSFormatError) -> [DNSRecord] {
        var records = [DNSRecord]()
        for _ in 0..<count {
            switch try reader.record() {
            case .record(let record): records.append(record)
            case .udpPayloadMax(let bytes): self.udpPayloadMax = bytes
            }
        }
        return records
    }

    /// Writes the message. With `limit`, records that do not fit are left out and ``isTruncated`` is set.
    /// - Throws: ``DNSFormatError`` for a name that has no form on the wire.
    public func encoded(limit: Int = .max) throws(DNSFormatError) -> ByteBuffer {
        var buffer = try self.written()
        if buffer.readableBytes > limit {
            var shortened = self
            shortened.isTruncated = true
            (shortened.answers, shortened.authorities, shortened.additionals) = ([], [], [])
            buffer = try shortened.written()
        }
        return buffer
    }

    private func written() throws(DNSFormatError) -> ByteBuffer {
        var buffer = ByteBuffer()
        var flags = UInt16(self.responseCode.rawValue & 0xf) | UInt16(self.operation & 0xf) << 11
        if self.isResponse { flags |= 0x8000 }
        if self.isAuthoritative { flags |= 0x0400 }
        if self.isTruncated { flags |= 0x0200 }
        if self.recursionDesired { flags |= 0x0100 }
        let extensionCount = self.udpPayloadMax == nil ? 0 : 1
        let counts = [
            self.questions.count, self.answers.count, self.authorities.count, self.additionals.count + extensionCount,
        ]
        guard counts.reduce(0, +) <= Limits.recordsMax else {
            throw DNSFormatError("\(counts.reduce(0, +)) records; at most \(Limits.recordsMax) are written")
        }
        buffer.writeMultipleIntegers(self.id, flags)
        for count in counts { buffer.writeInteger(UInt16(count)) }
        for question in self.questions {
            try buffer.writeDNSName(question.name)
            buffer.writeMultipleIntegers(question.type.rawValue, UInt16(1))
        }
        for record in self.answers + self.authorities + self.additionals {
            try buffer.writeDNSRecord(record, question: self.questions.first?.name)
        }
        if let udpPayloadMax {
            // The root's name, the type, the size in the place of the class, no flags, no data.
            buffer.writeMultipleIntegers(UInt8(0), DNSRecord.Kind.opt.rawValue, udpPayloadMax, UInt32(0), UInt16(0))
        }
        return buffer
    }
}
