// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CZooKeeper
import NIOCore

extension ByteBuffer {
    /// The readable bytes as C takes them.
    func withCharacters<Value>(_ body: (UnsafePointer<CChar>?, Int32) -> Value) -> Value {
        self.withUnsafeReadableBytes { bytes in
            body(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
    }

    /// A copy of what C hands out; a count of -1 is "no data", which is told as no bytes.
    init(characters: UnsafePointer<CChar>?, count: Int32) {
        self.init(bytes: UnsafeRawBufferPointer(start: characters, count: characters == nil ? 0 : Int(max(0, count))))
    }
}

extension CZooKeeper.String_vector {
    /// The strings, sorted.
    var strings: [String] {
        guard let data else { return [] }
        return (0..<Int(self.count)).compactMap { data[$0].map { String(cString: $0) } }.sorted()
    }
}
