// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore

extension ByteBuffer {
    /// Writes a name, uncompressed.
    mutating func writeDNSName(_ name: String) throws(DNSFormatError) {
        var length = 1
        for label in name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: true) {
            guard label.count <= Limits.labelBytesMax else {
                throw DNSFormatError("the label \"\(Substring(label))\" of \(name) is longer than 63 bytes")
            }
            length += label.count + 1
            self.writeInteger(UInt8(label.count))
            self.writeBytes(label)
        }
        guard length <= Limits.nameBytesMax else {
            throw DNSFormatError("the name \(name) is longer than \(Limits.nameBytesMax) bytes")
        }
        self.writeInteger(UInt8(0))
    }

    /// Writes a record of the Internet class; a name that repeats the question's becomes a pointer to it, which has two bytes.
    mutating func writeDNSRecord(_ record: DNSRecord, question: String?) throws(DNSFormatError) {
        if record.name == question {
            self.writeInteger(UInt16(0xc000 | 12))  // the question's name begins behind the head's 12 bytes
        } else {
            try self.writeDNSName(record.name)
        }
        self.writeMultipleIntegers(record.type.rawValue, UInt16(1), record.timeToLive)
        let lengthIndex = self.writerIndex
        self.writeInteger(UInt16(0))
        switch record.content {
        case .address(let address):
            self.writeInteger(address.rawValue)
        case .alias(let target):
            try self.writeDNSName(target)
        case .service(let priority, let weight, let port, let target):
            self.writeMultipleIntegers(priority, weight, port)
            try self.writeDNSName(target)
        case .authority(let server, let mailbox, let serial, let minimum):
            try self.writeDNSName(server)
            try self.writeDNSName(mailbox)
            // Refresh, retry and expiry are for secondary servers; the usual values of cluster DNS.
            self.writeMultipleIntegers(serial, UInt32(7200), UInt32(1800), UInt32(86_400), minimum)
        case .unknown(_, let bytes):
            self.writeBytes(bytes)
        }
        let length = self.writerIndex - lengthIndex - 2
        guard let length = UInt16(exactly: length) else {
            throw DNSFormatError("a record of \(length) bytes does not fit")
        }
        self.setInteger(length, at: lengthIndex)
    }
}
