// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Rules for the paths of nodes.
package enum NodePath {
    /// Whether ZooKeeper accepts the path: absolute, no empty, `.` or `..` parts, no trailing slash, no control
    /// characters.
    package static func isValid(_ path: String) -> Bool {
        if path == "/" { return true }
        var partLength = 0
        var dots = 0
        var isFirst = true
        for scalar in path.unicodeScalars {
            if isFirst {
                guard scalar == "/" else { return false }
                isFirst = false
                continue
            }
            switch scalar.value {
            case 0x2f:
                if partLength == 0 || (partLength == dots && dots <= 2) { return false }
                (partLength, dots) = (0, 0)
            case 0x00...0x1f, 0x7f...0x9f, 0xf000...0xf8ff, 0xfff0...0xffff:
                return false
            default:
                partLength += 1
                if scalar == "." { dots += 1 }
            }
        }
        return partLength > 0 && !(partLength == dots && dots <= 2)
    }

    /// The parent of a valid path other than the root.
    package static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// The last part of a valid path.
    package static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    /// The path of a node's child.
    package static func child(_ name: String, of parent: String) -> String {
        parent == "/" ? "/\(name)" : "\(parent)/\(name)"
    }
}
