// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What ZooKeeper tells about a node beside its data.
package struct Stat: Hashable, Sendable {
    /// The transaction that created the node.
    package var czxid = Zxid.zero
    /// The transaction that last changed its data.
    package var mzxid = Zxid.zero
    /// When it was created, in milliseconds since 1970.
    package var ctime: Int64 = 0
    /// When its data last changed, in milliseconds since 1970.
    package var mtime: Int64 = 0
    /// How often its data changed.
    package var version: Int32 = 0
    /// How often its children changed.
    package var cversion: Int32 = 0
    /// How often its access list changed.
    package var aversion: Int32 = 0
    /// The session that an ephemeral node lives with.
    package var ephemeralOwner = SessionID.none
    /// The length of its data in bytes.
    package var dataLength: Int32 = 0
    /// How many children it has.
    package var numChildren: Int32 = 0
    /// The transaction that last changed its children.
    package var pzxid = Zxid.zero

    /// An all-zero record.
    package init() {}

    /// Reads the record.
    package init(from buffer: inout ByteBuffer) throws(JuteError) {
        self.czxid = Zxid(rawValue: try buffer.readJute(Int64.self))
        self.mzxid = Zxid(rawValue: try buffer.readJute(Int64.self))
        self.ctime = try buffer.readJute(Int64.self)
        self.mtime = try buffer.readJute(Int64.self)
        self.version = try buffer.readJute(Int32.self)
        self.cversion = try buffer.readJute(Int32.self)
        self.aversion = try buffer.readJute(Int32.self)
        self.ephemeralOwner = SessionID(rawValue: try buffer.readJute(Int64.self))
        self.dataLength = try buffer.readJute(Int32.self)
        self.numChildren = try buffer.readJute(Int32.self)
        self.pzxid = Zxid(rawValue: try buffer.readJute(Int64.self))
    }

    /// Writes the record.
    package func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(self.czxid.rawValue, self.mzxid.rawValue, self.ctime, self.mtime)
        buffer.writeMultipleIntegers(self.version, self.cversion, self.aversion, self.ephemeralOwner.rawValue)
        buffer.writeMultipleIntegers(self.dataLength, self.numChildren, self.pzxid.rawValue)
    }
}
