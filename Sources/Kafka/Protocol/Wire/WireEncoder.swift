// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Writes a structure's fields as bytes.
struct WireEncoder: FieldVisitor {
    var buffer = ByteBuffer()
    let version: Int16
    let isFlexible: Bool
    /// Where the bytes of external records belong, in order.
    var placements: [ExternalRecords.Placement] = []

    init(version: Int16, isFlexible: Bool) {
        self.version = version
        self.isFlexible = isFlexible
    }

    mutating func visit(_ value: inout Bool) throws(WireError) { self.buffer.writeInteger(value ? 1 : 0 as UInt8) }
    mutating func visit(_ value: inout Int8) throws(WireError) { self.buffer.writeInteger(value) }
    mutating func visit(_ value: inout Int16) throws(WireError) { self.buffer.writeInteger(value) }
    mutating func visit(_ value: inout Int32) throws(WireError) { self.buffer.writeInteger(value) }
    mutating func visit(_ value: inout Int64) throws(WireError) { self.buffer.writeInteger(value) }
    mutating func visit(_ value: inout ErrorCode) throws(WireError) { self.buffer.writeInteger(value.rawValue) }

    mutating func visit(_ value: inout TopicID) throws(WireError) {
        self.buffer.writeInteger(value.high)
        self.buffer.writeInteger(value.low)
    }

    // MARK: - Strings and bytes

    /// Writes a length in bytes, -1 for null.
    private mutating func writeLength(_ length: Int, short: Bool) throws(WireError) {
        if self.isFlexible {
            self.buffer.writeUnsignedVarint(UInt32(length + 1))
        } else if short {
            guard let length = Int16(exactly: length) else {
                throw WireError(.tooLong, "a string of \(length) bytes")
            }
            self.buffer.writeInteger(length)
        } else {
            self.buffer.writeInteger(Int32(length))
        }
    }

    mutating func visit(_ value: inout String) throws(WireError) {
        try self.writeLength(value.utf8.count, short: true)
        self.buffer.writeString(value)
    }

    mutating func visit(_ value: inout String?) throws(WireError) {
        if var text = value {
            try self.visit(&text)
        } else {
            try self.writeLength(-1, short: true)
        }
    }

    mutating func visit(_ value: inout ByteBuffer) throws(WireError) {
        try self.writeLength(value.readableBytes, short: false)
        self.buffer.writeImmutableBuffer(value)
    }

    mutating func visit(_ value: inout Records) throws(WireError) {
        switch value {
        case .null:
            try self.writeLength(-1, short: false)
        case .bytes(var bytes):
            try self.visit(&bytes)
        case .external(let records):
            try self.writeLength(records.count, short: false)
            self.placements.append(.init(position: self.buffer.writerIndex, records: records))
        }
    }

    // MARK: - Lists

    private mutating func writeCount(_ count: Int) {
        if self.isFlexible {
            self.buffer.writeUnsignedVarint(UInt32(count + 1))
        } else {
            self.buffer.writeInteger(Int32(count))
        }
    }

    mutating func visit(_ value: inout [Int32]) throws(WireError) {
        self.writeCount(value.count)
        for element in value { self.buffer.writeInteger(element) }
    }

    mutating func visit(_ value: inout [Int64]) throws(WireError) {
        self.writeCount(value.count)
        for element in value { self.buffer.writeInteger(element) }
    }

    mutating func visit(_ value: inout [String]) throws(WireError) {
        self.writeCount(value.count)
        for element in value {
            var element = element
            try self.visit(&element)
        }
    }

    mutating func visit(_ value: inout [String]?) throws(WireError) {
        if var list = value {
            try self.visit(&list)
        } else {
            self.writeCount(-1)
        }
    }

    mutating func visit<Structure: WireStructure>(_ value: inout [Structure]) throws(WireError) {
        self.writeCount(value.count)
        for element in value {
            var element = element
            try self.visit(&element)
        }
    }

    mutating func visit<Structure: WireStructure>(_ value: inout [Structure]?) throws(WireError) {
        if var list = value {
            try self.visit(&list)
        } else {
            self.writeCount(-1)
        }
    }

    // MARK: - Structures

    mutating func visit<Structure: WireStructure>(_ value: inout Structure) throws(WireError) {
        try value.visitFields(&self)
        if self.isFlexible { try self.writeTags(of: &value) }
    }

    private mutating func writeTags<Structure: WireStructure>(of value: inout Structure) throws(WireError) {
        let tags = value.presentTags
        self.buffer.writeUnsignedVarint(UInt32(tags.count))
        for tag in tags {
            var field = WireEncoder(version: self.version, isFlexible: true)
            _ = try value.visitTag(tag, &field)
            self.buffer.writeUnsignedVarint(tag)
            self.buffer.writeUnsignedVarint(UInt32(field.buffer.readableBytes))
            self.buffer.writeBuffer(&field.buffer)
        }
    }
}
