// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// One entry of a node's access list: who may do what.
package struct ACL: Hashable, Sendable {
    /// What may be done, as a set of bits.
    package struct Permissions: OptionSet, Hashable, Sendable {
        package let rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }
        /// Data and children may be read.
        package static let read = Permissions(rawValue: 1)
        /// Data may be set.
        package static let write = Permissions(rawValue: 2)
        /// Children may be created.
        package static let create = Permissions(rawValue: 4)
        /// Children may be deleted.
        package static let delete = Permissions(rawValue: 8)
        /// The access list may be changed.
        package static let admin = Permissions(rawValue: 16)
        /// All of them.
        package static let all: Permissions = [.read, .write, .create, .delete, .admin]
    }

    /// What the identity may do.
    package var permissions: Permissions
    /// The kind of identity, such as `world`.
    package var scheme: String
    /// The identity, such as `anyone`.
    package var id: String

    /// An entry.
    package init(permissions: Permissions, scheme: String, id: String) {
        self.permissions = permissions
        self.scheme = scheme
        self.id = id
    }

    /// Everything for everyone, what clients usually ask for.
    package static let open = [ACL(permissions: .all, scheme: "world", id: "anyone")]

    /// Reads an entry.
    package init(from buffer: inout ByteBuffer) throws(JuteError) {
        self.permissions = Permissions(rawValue: try buffer.readJute(Int32.self))
        self.scheme = try buffer.readJuteString()
        self.id = try buffer.readJuteString()
    }

    /// Writes an entry.
    package func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger(self.permissions.rawValue)
        buffer.writeJuteString(self.scheme)
        buffer.writeJuteString(self.id)
    }

    /// Reads a list; the usual one comes back as the shared ``open``, which costs no memory per node.
    package static func readList(from buffer: inout ByteBuffer) throws(JuteError) -> [ACL] {
        let list = try buffer.readJuteVector { (buffer) throws(JuteError) in try ACL(from: &buffer) }
        return list == self.open ? self.open : list
    }

    /// Writes a list.
    package static func write(_ list: [ACL], to buffer: inout ByteBuffer) {
        buffer.writeJuteVector(list) { $1.write(to: &$0) }
    }
}
