// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Reads JSON texts (RFC 8259) into values.
///
/// Integers that fit 64 bits stay integers. Of a repeated member the last counts (objects are merged, as Go's decoder
/// does), and the repetition is reported, for strict field validation. Invalid UTF-8 and lone surrogates become U+FFFD, as in Go.
public struct JSONParser: Hashable, Sendable {
    /// What a text may be at most.
    public struct Limits: Hashable, Sendable {
        /// Levels of nesting.
        public var depthMax = 512
        /// Bytes of the text; Kubernetes takes bodies up to 3 MiB.
        public var bytesMax = 64 << 20

        /// The usual limits.
        public init() {}
    }

    /// What came out of a text.
    public struct Result: Hashable, Sendable {
        /// The value.
        public var value: JSONValue
        /// Paths of members that occur more than once, such as `spec.containers[0].name`, in the order in
        /// which their objects end.
        public var duplicateFields: [String]
    }

    /// What a text may be at most.
    public var limits: Limits

    /// A parser with limits.
    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Reads one value, which must be all there is (white space apart). A SwiftNIO buffer is parsed in place with
    /// `buffer.withUnsafeReadableBytes(parser.parse)`.
    /// - Throws: ``JSONError``.
    public func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> Result {
        if bytes.count > self.limits.bytesMax {
            throw JSONError(message: "text exceeds \(self.limits.bytesMax) bytes", offset: self.limits.bytesMax)
        }
        guard let base = bytes.baseAddress else { throw JSONError(message: "unexpected end of JSON input", offset: 0) }
        var reader = JSONReader(base: base, count: bytes.count, depthMax: self.limits.depthMax)
        let value = try reader.document()
        return Result(value: value, duplicateFields: reader.duplicateFields)
    }

    /// Reads one value, which must be all there is (white space apart).
    /// - Throws: ``JSONError``.
    public func parse(_ bytes: some Sequence<UInt8>) throws(JSONError) -> Result {
        let inPlace = bytes.withContiguousStorageIfAvailable { storage in
            Swift.Result { () throws(JSONError) in try self.parse(UnsafeRawBufferPointer(storage)) }
        }
        if let inPlace { return try inPlace.get() }
        let copied = Array(bytes).withUnsafeBytes { storage in
            Swift.Result { () throws(JSONError) in try self.parse(storage) }
        }
        return try copied.get()
    }
}

extension JSONValue {
    /// The value of a JSON text in UTF-8.
    /// - Throws: ``JSONError``.
    public init(parsing bytes: some Sequence<UInt8>) throws(JSONError) {
        self = try JSONParser().parse(bytes).value
    }

    /// The value of a JSON text.
    /// - Throws: ``JSONError``.
    public init(parsing text: String) throws(JSONError) {
        self = try JSONParser().parse(text.utf8).value
    }
}
