// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What walks over the fields of a ``WireStructure``: a decoder fills them in, an encoder writes them out.
package protocol FieldVisitor {
    /// The version of the message at hand.
    var version: Int16 { get }

    /// A byte: 0 or 1.
    mutating func visit(_ value: inout Bool) throws(WireError)
    /// A big-endian integer of 1 byte.
    mutating func visit(_ value: inout Int8) throws(WireError)
    /// A big-endian integer of 2 bytes.
    mutating func visit(_ value: inout Int16) throws(WireError)
    /// A big-endian integer of 4 bytes.
    mutating func visit(_ value: inout Int32) throws(WireError)
    /// A big-endian integer of 8 bytes.
    mutating func visit(_ value: inout Int64) throws(WireError)
    /// An error number of 2 bytes.
    mutating func visit(_ value: inout ErrorCode) throws(WireError)
    /// A topic's 16 bytes.
    mutating func visit(_ value: inout TopicID) throws(WireError)
    /// A string with its length.
    mutating func visit(_ value: inout String) throws(WireError)
    /// A string with its length, or null.
    mutating func visit(_ value: inout String?) throws(WireError)
    /// Bytes with their length.
    mutating func visit(_ value: inout ByteBuffer) throws(WireError)
    /// Record batches with their length in bytes, or null.
    mutating func visit(_ value: inout Records) throws(WireError)
    /// A counted list of integers.
    mutating func visit(_ value: inout [Int32]) throws(WireError)
    /// A counted list of integers.
    mutating func visit(_ value: inout [Int64]) throws(WireError)
    /// A counted list of strings.
    mutating func visit(_ value: inout [String]) throws(WireError)
    /// A counted list of strings, or null.
    mutating func visit(_ value: inout [String]?) throws(WireError)
    /// A nested structure, with its tagged fields.
    mutating func visit<Structure: WireStructure>(_ value: inout Structure) throws(WireError)
    /// A counted list of structures.
    mutating func visit<Structure: WireStructure>(_ value: inout [Structure]) throws(WireError)
    /// A counted list of structures, or null.
    mutating func visit<Structure: WireStructure>(_ value: inout [Structure]?) throws(WireError)
}
