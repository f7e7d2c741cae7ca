// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import NIOCore

/// One file of the log, with zeros allocated ahead of what is written.
///
/// Overwriting allocated space and syncing costs about half of appending and syncing (no metadata changes), and
/// since there are always zeros behind the last batch, a file that ends without them has been cut by somebody.
struct LogFile {
    let name: String
    let number: UInt64
    private let file: any StorageFile
    /// Where the next batch goes.
    private(set) var end: Int64
    private let allocationStep: Int

    init(name: String, number: UInt64, file: any StorageFile, end: Int64, allocationStep: Int) {
        self.name = name
        self.number = number
        self.file = file
        self.end = end
        self.allocationStep = allocationStep
    }

    static func name(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return "log." + String(repeating: "0", count: 16 - digits.count) + digits
    }

    static func number(of name: String) -> UInt64? {
        guard name.hasPrefix("log."), name.utf8.count == 20 else { return nil }
        return UInt64(name.dropFirst(4), radix: 16)
    }

    mutating func write(_ bytes: ByteBuffer) throws {
        try self.allocate(for: bytes.readableBytes)
        try self.file.write(bytes, at: self.end)
        self.end += Int64(bytes.readableBytes)
    }

    /// Makes room for a batch and the zeros behind it, on disk before the batch is.
    private func allocate(for length: Int) throws {
        let needed = self.end + Int64(length) + 4
        guard needed > self.file.size else { return }
        let step = Int64(self.allocationStep)
        let target = (needed + step - 1) / step * step
        try self.file.append(ByteBuffer(repeating: 0, count: Int(target - self.file.size)))
        try self.file.sync()
    }

    /// Overwrites with zeros what a crash left behind the last whole batch. (Cutting the file instead would look like
    /// somebody's damage if the next crash came right then.)
    func clearRest() throws {
        let rest = try self.file.read(at: self.end, count: Int(self.file.size - self.end))
        if rest.readableBytesView.contains(where: { $0 != 0 }) {
            try self.file.write(ByteBuffer(repeating: 0, count: rest.readableBytes), at: self.end)
        }
        // What was read may have been written by a process that was killed before it could sync.
        try self.file.sync()
        try self.allocate(for: 0)
    }

    func sync() throws { try self.file.sync() }
    func close() throws { try self.file.close() }
}
