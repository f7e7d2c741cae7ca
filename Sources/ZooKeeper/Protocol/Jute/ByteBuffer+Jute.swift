// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Jute, ZooKeeper's record encoding: big-endian integers, and lengths of four bytes before strings, buffers and vectors.
extension ByteBuffer {
    /// Reads a big-endian integer.
    package mutating func readJute<Integer: FixedWidthInteger>(_: Integer.Type) throws(JuteError) -> Integer {
        guard let value = self.readInteger(as: Integer.self) else {
            throw JuteError("\(Integer.bitWidth / 8) bytes expected, \(self.readableBytes) left")
        }
        return value
    }

    /// Reads a byte as a Boolean.
    package mutating func readJuteBool() throws(JuteError) -> Bool {
        try self.readJute(UInt8.self) != 0
    }

    /// Reads a buffer; an absent one (length −1) reads as empty.
    package mutating func readJuteBuffer() throws(JuteError) -> ByteBuffer {
        let length = try self.readJute(Int32.self)
        if length == -1 { return ByteBuffer() }
        guard length >= 0, let slice = self.readSlice(length: Int(length)) else {
            throw JuteError("a buffer of \(length) bytes with \(self.readableBytes) left")
        }
        return slice
    }

    /// Reads a string; an absent one (length −1) reads as empty.
    package mutating func readJuteString() throws(JuteError) -> String {
        let length = try self.readJute(Int32.self)
        if length == -1 { return "" }
        guard length >= 0, let string = self.readString(length: Int(length)) else {
            throw JuteError("a string of \(length) bytes with \(self.readableBytes) left")
        }
        return string
    }

    /// Reads a vector; an absent one (length −1) reads as empty. Each element takes at least a byte, so that the
    /// length cannot promise more than is there.
    package mutating func readJuteVector<Element>(
        _ readElement: (inout ByteBuffer) throws(JuteError) -> Element
    ) throws(JuteError) -> [Element] {
        let count = try self.readJute(Int32.self)
        if count == -1 { return [] }
        guard count >= 0, Int(count) <= self.readableBytes else {
            throw JuteError("a vector of \(count) elements with \(self.readableBytes) bytes left")
        }
        var elements: [Element] = []
        for _ in 0..<count {
            elements.append(try readElement(&self))
        }
        return elements
    }

    /// Reads a vector of strings.
    package mutating func readJuteStrings() throws(JuteError) -> [String] {
        try self.readJuteVector { (buffer) throws(JuteError) in try buffer.readJuteString() }
    }

    /// Writes a Boolean as a byte.
    package mutating func writeJuteBool(_ value: Bool) {
        self.writeInteger(value ? 1 : 0, as: UInt8.self)
    }

    /// Writes a buffer with its length.
    package mutating func writeJuteBuffer(_ bytes: ByteBuffer) {
        self.writeInteger(Int32(bytes.readableBytes))
        self.writeImmutableBuffer(bytes)
    }

    /// Writes a string with its length.
    package mutating func writeJuteString(_ string: String) {
        self.writeInteger(Int32(string.utf8.count))
        self.writeString(string)
    }

    /// Writes a vector with its count.
    package mutating func writeJuteVector<Element>(
        _ elements: [Element],
        _ writeElement: (inout ByteBuffer, Element) -> Void
    ) {
        self.writeInteger(Int32(elements.count))
        for element in elements { writeElement(&self, element) }
    }

    /// Writes a vector of strings.
    package mutating func writeJuteStrings(_ strings: [String]) {
        self.writeJuteVector(strings) { $0.writeJuteString($1) }
    }

    /// Reserves the four bytes of a length, writes what follows and fills the length in.
    package mutating func writeFrame(_ body: (inout ByteBuffer) -> Void) {
        let start = self.writerIndex
        self.writeInteger(Int32(0))
        body(&self)
        self.setInteger(Int32(self.writerIndex - start - 4), at: start)
    }
}
