// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Fills a structure's fields from bytes. No length is believed before the bytes are there.
struct WireDecoder: FieldVisitor {
    var buffer: ByteBuffer
    let version: Int16
    let isFlexible: Bool

    init(_ buffer: ByteBuffer, version: Int16, isFlexible: Bool) {
        self.buffer = buffer
        self.version = version
        self.isFlexible = isFlexible
    }

    @inline(__always)
    private mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(WireError) -> Integer {
        guard let value = self.buffer.readInteger(as: type) else {
            throw WireError(.truncated, "\(type) wanted, \(self.buffer.readableBytes) bytes left")
        }
        return value
    }

    mutating func visit(_ value: inout Bool) throws(WireError) { value = try self.integer(UInt8.self) != 0 }
    mutating func visit(_ value: inout Int8) throws(WireError) { value = try self.integer(Int8.self) }
    mutating func visit(_ value: inout Int16) throws(WireError) { value = try self.integer(Int16.self) }
    mutating func visit(_ value: inout Int32) throws(WireError) { value = try self.integer(Int32.self) }
    mutating func visit(_ value: inout Int64) throws(WireError) { value = try self.integer(Int64.self) }

    mutating func visit(_ value: inout ErrorCode) throws(WireError) {
        value = ErrorCode(rawValue: try self.integer(Int16.self))
    }

    mutating func visit(_ value: inout TopicID) throws(WireError) {
        value = TopicID(high: try self.integer(UInt64.self), low: try self.integer(UInt64.self))
    }

    // MARK: - Strings and bytes

    /// A length in bytes, nil for null; never more than what is left.
    private mutating func length(short: Bool) throws(WireError) -> Int? {
        let length: Int
        if self.isFlexible {
            length = Int(try self.buffer.readUnsignedVarint()) - 1
        } else if short {
            length = Int(try self.integer(Int16.self))
        } else {
            length = Int(try self.integer(Int32.self))
        }
        guard length >= 0 else {
            if length == -1 { return nil }
            throw WireError(.badLength, "length \(length)")
        }
        guard length <= self.buffer.readableBytes else {
            throw WireError(.badLength, "length \(length), \(self.buffer.readableBytes) bytes left")
        }
        return length
    }

    mutating func visit(_ value: inout String?) throws(WireError) {
        guard let length = try self.length(short: true) else {
            value = nil
            return
        }
        value = self.buffer.readString(length: length)
    }

    mutating func visit(_ value: inout String) throws(WireError) {
        guard let length = try self.length(short: true), let text = self.buffer.readString(length: length) else {
            throw WireError(.unexpectedNull, "a string is null")
        }
        value = text
    }

    mutating func visit(_ value: inout ByteBuffer) throws(WireError) {
        guard let length = try self.length(short: false), let bytes = self.buffer.readSlice(length: length) else {
            throw WireError(.unexpectedNull, "bytes are null")
        }
        value = bytes
    }

    mutating func visit(_ value: inout Records) throws(WireError) {
        guard let length = try self.length(short: false), let bytes = self.buffer.readSlice(length: length) else {
            value = .null
            return
        }
        value = .bytes(bytes)
    }

    // MARK: - Lists

    /// A number of elements, nil for null; each takes at least `size` bytes of what is left.
    private mutating func count(elementSize size: Int) throws(WireError) -> Int? {
        let count = self.isFlexible ? Int(try self.buffer.readUnsignedVarint()) - 1 : Int(try self.integer(Int32.self))
        guard count >= 0 else {
            if count == -1 { return nil }
            throw WireError(.badLength, "a list of \(count)")
        }
        guard count * size <= self.buffer.readableBytes else {
            throw WireError(.badLength, "a list of \(count), \(self.buffer.readableBytes) bytes left")
        }
        return count
    }

    private func nonNull<Value>(_ value: Value?) throws(WireError) -> Value {
        guard let value else { throw WireError(.unexpectedNull, "a list is null") }
        return value
    }

    mutating func visit(_ value: inout [Int32]) throws(WireError) {
        let count = try self.nonNull(try self.count(elementSize: 4))
        value.removeAll()
        value.reserveCapacity(count)
        for _ in 0..<count { value.append(try self.integer(Int32.self)) }
    }

    mutating func visit(_ value: inout [Int64]) throws(WireError) {
        let count = try self.nonNull(try self.count(elementSize: 8))
        value.removeAll()
        value.reserveCapacity(count)
        for _ in 0..<count { value.append(try self.integer(Int64.self)) }
    }

    mutating func visit(_ value: inout [String]?) throws(WireError) {
        guard let count = try self.count(elementSize: 1) else {
            value = nil
            return
        }
        var list: [String] = []
        list.reserveCapacity(min(count, Limits.decodedListReserveMax))
        for _ in 0..<count {
            var element = ""
            try self.visit(&element)
            list.append(element)
        }
        value = list
    }

    mutating func visit(_ value: inout [String]) throws(WireError) {
        var list: [String]?
        try self.visit(&list)
        value = try self.nonNull(list)
    }

    mutating func visit<Structure: WireStructure>(_ value: inout [Structure]?) throws(WireError) {
        guard let count = try self.count(elementSize: 1) else {
            value = nil
            return
        }
        var list: [Structure] = []
        list.reserveCapacity(min(count, Limits.decodedListReserveMax))
        for _ in 0..<count {
            var element = Structure()
            try self.visit(&element)
            list.append(element)
        }
        value = list
    }

    mutating func visit<Structure: WireStructure>(_ value: inout [Structure]) throws(WireError) {
        var list: [Structure]?
        try self.visit(&list)
        value = try self.nonNull(list)
    }

    // MARK: - Structures

    mutating func visit<Structure: WireStructure>(_ value: inout Structure) throws(WireError) {
        try value.visitFields(&self)
        if self.isFlexible { try self.readTags(of: &value) }
    }

    private mutating func readTags<Structure: WireStructure>(of value: inout Structure) throws(WireError) {
        var count = try self.buffer.readUnsignedVarint()
        while count > 0 {
            count -= 1
            let tag = try self.buffer.readUnsignedVarint()
            let size = Int(try self.buffer.readUnsignedVarint())
            guard let body = self.buffer.readSlice(length: size) else {
                throw WireError(.badLength, "tag \(tag) of \(size) bytes, \(self.buffer.readableBytes) left")
            }
            var field = WireDecoder(body, version: self.version, isFlexible: true)
            _ = try value.visitTag(tag, &field)
        }
    }
}
