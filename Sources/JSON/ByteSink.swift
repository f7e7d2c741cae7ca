// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Bytes that grow at the end, in memory of its own.
struct ByteSink: ~Copyable {
    private var storage: UnsafeMutableRawPointer
    private var capacity: Int
    private var count = 0

    init(capacity: Int = 4096) {
        self.storage = .allocate(byteCount: capacity, alignment: 16)
        self.capacity = capacity
    }

    deinit { self.storage.deallocate() }

    mutating func append(_ byte: UInt8) {
        if self.count == self.capacity { self.grow(for: 1) }
        self.storage.storeBytes(of: byte, toByteOffset: self.count, as: UInt8.self)
        self.count += 1
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        if self.count + bytes.count > self.capacity { self.grow(for: bytes.count) }
        (self.storage + self.count).copyMemory(from: base, byteCount: bytes.count)
        self.count += bytes.count
    }

    mutating func append(_ literal: StaticString) {
        self.append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    mutating func append(string: String) {
        var string = string
        string.withUTF8 { self.append(UnsafeRawBufferPointer($0)) }
    }

    mutating func append(integer: Int64) {
        if integer >= 0, integer < 10 {
            self.append(UInt8(ascii: "0") + UInt8(integer))
        } else {
            self.append(string: String(integer))
        }
    }

    borrowing func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(start: self.storage, count: self.count))
    }

    private mutating func grow(for more: Int) {
        let capacity = max(self.capacity * 2, self.count + more)
        let storage = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        storage.copyMemory(from: self.storage, byteCount: self.count)
        self.storage.deallocate()
        self.storage = storage
        self.capacity = capacity
    }
}
