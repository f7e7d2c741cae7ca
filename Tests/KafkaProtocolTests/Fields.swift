// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaProtocol
import NIOCore

/// The fields of a decoded structure by path, as the fixtures write them: `topics[0].name` → `text-3`.
func fields(of value: Any, path: String = "") -> [String: String] {
    switch value {
    case let text as String: return [path: text]
    case let code as ErrorCode: return [path: "\(code.rawValue)"]
    case let id as TopicID: return [path: hex(of: id.high) + hex(of: id.low)]
    case let bytes as ByteBuffer: return [path: hex(bytes)]
    case let number as any BinaryInteger: return [path: "\(number)"]
    case let flag as Bool: return [path: "\(flag)"]
    case let records as Records:
        guard case .bytes(let bytes) = records else { return [path: "null"] }
        return [path: hex(bytes)]
    default: break
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional:
        guard let wrapped = mirror.children.first else { return [path: "null"] }
        return fields(of: wrapped.value, path: path)
    case .collection:
        var all = ["\(path).count": "\(mirror.children.count)"]
        for (index, child) in mirror.children.enumerated() {
            all.merge(fields(of: child.value, path: "\(path)[\(index)]")) { $1 }
        }
        return all
    default:
        var all: [String: String] = [:]
        for child in mirror.children {
            let name = child.label ?? "?"
            all.merge(fields(of: child.value, path: path.isEmpty ? name : "\(path).\(name)")) { $1 }
        }
        return all
    }
}

func hex(_ bytes: ByteBuffer) -> String {
    bytes.readableBytesView.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private func hex(of word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The bytes that hexadecimal digits (blanks between them are ignored) stand for.
func bytes(_ digits: some StringProtocol) -> ByteBuffer {
    let values = digits.compactMap(\.hexDigitValue)
    return ByteBuffer(
        bytes: stride(from: 0, to: values.count - 1, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    )
}
