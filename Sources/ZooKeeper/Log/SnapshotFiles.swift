// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import NIOCore
package import ZooKeeperProtocol

/// The snapshots of a member: files that appear whole or not at all.
///
/// Format: magic and place, then chunks of length, checksum and bytes; a chunk of length 0 closes the file.
package struct SnapshotFiles: Sendable {
    private static let unsyncedBytesMax = 1024 * 1024
    private static let magic: UInt64 = 0x5a4b_534e_4150_0001
    private let storage: any Storage

    /// The snapshots in a storage.
    package init(storage: any Storage) {
        self.storage = storage
    }

    /// Writes a snapshot, durable when this returns.
    package func save(_ chunks: some Sequence<ByteBuffer>, at zxid: Zxid) throws {
        let name = Self.name(zxid)
        let temporary = name + ".tmp"
        try self.storage.remove(temporary)
        let file = try self.storage.open(temporary, create: true)
        var head = ByteBuffer()
        head.writeMultipleIntegers(Self.magic, zxid.rawValue)
        try file.append(head)
        var unsynced = 0
        for chunk in chunks where chunk.readableBytes > 0 {
            // Bit by bit: one large sync at the end would hold up the log's for a second.
            unsynced += chunk.readableBytes
            if unsynced > Self.unsyncedBytesMax {
                try file.sync()
                unsynced = 0
            }
            var framed = ByteBuffer()
            framed.writeMultipleIntegers(UInt32(chunk.readableBytes), Checksum.of(chunk))
            framed.writeImmutableBuffer(chunk)
            try file.append(framed)
        }
        try file.append(ByteBuffer(repeating: 0, count: 8))
        try file.sync()
        try file.close()
        try self.storage.rename(temporary, to: name)
        try self.storage.syncDirectory("")
    }

    /// The latest whole snapshot; damaged ones are passed over, since the one before and the log do as well.
    package func latest() throws -> (zxid: Zxid, chunks: [ByteBuffer])? {
        for zxid in try self.places().reversed() {
            if let chunks = try self.load(zxid) { return (zxid, chunks) }
        }
        return nil
    }

    /// Removes all but the latest snapshots, and returns the place of the oldest one that stays.
    package func retain(_ count: Int) throws -> Zxid? {
        let places = try self.places()
        for zxid in places.dropLast(max(1, count)) {
            try self.storage.remove(Self.name(zxid))
        }
        return places.suffix(max(1, count)).first
    }

    private func places() throws -> [Zxid] {
        try self.storage.list("").compactMap { name in
            guard name.hasPrefix("snapshot."), let raw = Int64(name.dropFirst(9), radix: 16) else { return nil }
            return Zxid(rawValue: raw)
        }.sorted()
    }

    private func load(_ zxid: Zxid) throws -> [ByteBuffer]? {
        let file = try self.storage.open(Self.name(zxid), create: false)
        var content = try file.read(at: 0, count: Int(file.size))
        try file.close()
        guard let (magic, place) = content.readMultipleIntegers(as: (UInt64, Int64).self), magic == Self.magic,
            place == zxid.rawValue
        else { return nil }
        var chunks: [ByteBuffer] = []
        while let (length, checksum) = content.readMultipleIntegers(as: (UInt32, UInt32).self) {
            if length == 0 { return chunks }
            guard let chunk = content.readSlice(length: Int(length)), Checksum.of(chunk) == checksum else { return nil }
            chunks.append(chunk)
        }
        return nil
    }

    private static func name(_ zxid: Zxid) -> String {
        "snapshot." + String(zxid.rawValue, radix: 16)
    }
}
