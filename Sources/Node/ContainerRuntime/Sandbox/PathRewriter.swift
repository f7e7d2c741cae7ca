// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Turns a pod's paths into this machine's: absolute paths that belong to a mount or to the image, at the start of a token.
///
/// A token starts a string, or follows a character that no path holds (`--dir=/data`, `PATH=/a:/b`, `sh -c "run /data"`). The longest
/// path counts. Contents of files are never touched.
public struct PathRewriter: Hashable, Sendable {
    private struct Rule: Hashable {
        var path: [UInt8]
        var replacement: [UInt8]
    }

    private let rules: [Rule]

    /// A rewriter of paths; `mappings` are absolute paths of the pod and of this machine.
    public init(_ mappings: [(path: String, replacement: String)]) {
        self.rules =
            mappings
            .map { mapping in
                var path = Array(mapping.path.utf8)
                while path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
                return Rule(path: path, replacement: Array(mapping.replacement.utf8))
            }
            .sorted { $0.path.count > $1.path.count }
    }

    /// The text with its paths rewritten.
    public func rewrite(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.contains(UInt8(ascii: "/")) else { return text }
        var result = [UInt8]()
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let isTokenStart = index == 0 || !Self.isPathCharacter(bytes[index - 1])
            if bytes[index] == UInt8(ascii: "/"), isTokenStart, let rule = self.rule(for: bytes[index...]) {
                result += rule.replacement
                index += rule.path.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func rule(for rest: ArraySlice<UInt8>) -> Rule? {
        self.rules.first { rule in
            guard rest.starts(with: rule.path) else { return false }
            guard let next = rest.dropFirst(rule.path.count).first else { return true }
            return next == UInt8(ascii: "/") || !Self.isNameCharacter(next)
        }
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...0xff:
            true
        default: false
        }
    }

    private static func isPathCharacter(_ byte: UInt8) -> Bool {
        // What can end a piece of a path that goes on: `$DIR/x`, `${DIR}/x`, `~/x`, `*/x`.
        Self.isNameCharacter(byte) || "/$}~*+@%".utf8.contains(byte)
    }
}
