// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
package import JSON

/// Reads the protobuf form of those objects that kubectl sends in no other (those of `create` and `auth`, `drain`).
/// Answers are always JSON, which its clients read as well.
package struct ProtobufReader: Sendable {
    /// Why bytes are no such object.
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package var description: String
    }

    /// Levels of nesting that are read.
    static let depthMax = 32
    /// What such a body begins with.
    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]

    private var rest: ArraySlice<UInt8>

    /// The object in a body, `apiVersion` and `kind` set.
    package static func object(in bytes: [UInt8]) throws(Failure) -> JSONValue {
        guard bytes.starts(with: Self.magic) else {
            throw Failure(
                description: "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"
            )
        }
        let envelope = try Self(rest: bytes[Self.magic.count...]).message(.envelope, depth: 0)
        let kind = envelope["typeMeta", "kind"]?.string ?? ""
        guard let schema = ProtobufSchema.kinds[kind], case .bytes(let raw)? = envelope["raw"].map(Payload.init) else {
            throw Failure(description: "no protobuf form of kind \"\(kind)\" is read: send JSON")
        }
        var object = try Self(rest: raw[...]).message(schema, depth: 0)
        object["apiVersion"] = envelope["typeMeta", "apiVersion"]
        object["kind"] = .string(kind)
        return object
    }

    /// Raw bytes pass through JSON as an array of numbers.
    private enum Payload {
        case bytes([UInt8])

        init(_ value: JSONValue) {
            self = .bytes((value.array ?? []).compactMap { $0.integer.flatMap(UInt8.init(exactly:)) })
        }
    }

    private mutating func varint() throws(Failure) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard let byte = self.rest.popFirst() else {
                throw Failure(description: "unexpected end of protobuf message")
            }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw Failure(description: "a protobuf number is too long")
    }

    private mutating func bytes() throws(Failure) -> ArraySlice<UInt8> {
        let length = try self.varint()
        guard length <= UInt64(self.rest.count) else {
            throw Failure(description: "unexpected end of protobuf message")
        }
        let bytes = self.rest.prefix(Int(length))
        self.rest = self.rest.dropFirst(Int(length))
        return bytes
    }

    private consuming func message(_ schema: ProtobufSchema, depth: Int) throws(Failure) -> JSONValue {
        guard depth < Self.depthMax else { throw Failure(description: "a protobuf message is nested too deeply") }
        var object = JSONValue.emptyObject
        while !self.rest.isEmpty {
            let key = try self.varint()
            guard let field = schema.fields[Int(truncatingIfNeeded: key >> 3)] else {
                let hasContent = try self.skip(wireType: key & 7)
                if schema.isClosed, hasContent {
                    let text = "protobuf field \(key >> 3) of a pod or container is not read: send JSON"
                    throw Failure(description: text)
                }
                continue
            }
            switch (key & 7, field.type) {
            case (0, .integer): object.put(.integer(Int64(bitPattern: try self.varint())), field)
            case (0, .bool): object.put(.bool(try self.varint() != 0), field)
            case (2, .string): object.put(.string(String(decoding: try self.bytes(), as: UTF8.self)), field)
            case (2, .raw): object.put(.array(try self.bytes().map { .integer(Int64($0)) }), field)
            case (2, .message(let inner)):
                object.put(try Self(rest: try self.bytes()).message(inner(), depth: depth + 1), field)
            case (2, .map):
                let entry = try Self(rest: try self.bytes()).message(.mapEntry, depth: depth + 1)
                object[field.name, entry["key"]?.string ?? ""] = entry["value"] ?? ""
            case (2, .bytesMap):
                let entry = try Self(rest: try self.bytes()).message(.bytesEntry, depth: depth + 1)
                let bytes = (entry["value"]?.array ?? []).compactMap { $0.integer.flatMap(UInt8.init(exactly:)) }
                object[field.name, entry["key"]?.string ?? ""] = .string(Data(bytes).base64EncodedString())
            case (2, .intOrString):
                let choice = try Self(rest: try self.bytes()).message(.intOrString, depth: depth + 1)
                let text = choice["strVal"] ?? ""
                object[field.name] = choice["type"]?.integer == 1 ? text : choice["intVal"] ?? 0
            case (_, _): throw Failure(description: "protobuf field \(field.name) has wire type \(key & 7)")
            }
        }
        return object
    }

    /// Leaves a field out; returns whether there was something in it.
    private mutating func skip(wireType: UInt64) throws(Failure) -> Bool {
        switch wireType {
        case 0: return try self.varint() != 0
        case 1:
            self.rest = self.rest.dropFirst(8)
            return true
        case 2: return try !self.bytes().isEmpty
        case 5:
            self.rest = self.rest.dropFirst(4)
            return true
        case _: throw Failure(description: "unknown protobuf wire type \(wireType)")
        }
    }
}

extension JSONValue {
    /// Sets a field, or adds to it. Upstream writes fields that are not pointers even when they are empty: those say nothing.
    fileprivate mutating func put(_ value: JSONValue, _ field: ProtobufSchema.Field) {
        if field.isRepeated {
            self[field.name] = .array((self[field.name]?.array ?? []) + [value])
            return
        }
        let isEmpty = value == "" || value == 0 || value == false || value == .emptyObject
        if !isEmpty || field.isPointer { self[field.name] = value }
    }
}
