// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Yams

/// A place in a trial file while it is decoded: every complaint names file, line and column.
struct YAMLField {
    let file: String
    let firstLine: Int
    /// The path from the top, such as `load.rate`.
    let path: String
    let node: Node

    init(_ document: YAMLDocument) {
        self.init(file: document.file, firstLine: document.firstLine, path: "", node: document.root)
    }

    private init(file: String, firstLine: Int, path: String, node: Node) {
        self.file = file
        self.firstLine = firstLine
        self.path = path
        self.node = node
    }

    func error(_ message: String) -> SourceError {
        let mark = self.node.mark
        let prefix = self.path.isEmpty ? "" : self.path + ": "
        return SourceError(
            file: self.file,
            line: (mark?.line ?? 1) + self.firstLine - 1,
            column: mark?.column,
            message: prefix + message
        )
    }

    /// The members of a mapping, by name.
    /// - Throws: when this is no mapping or has a member that is not known, with the known names.
    func members(_ known: [String]) throws(SourceError) -> [String: YAMLField] {
        guard let mapping = self.node.mapping else {
            throw self.error("expected a mapping with \(known.joined(separator: ", "))")
        }
        var members: [String: YAMLField] = [:]
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard known.contains(name) else {
                let place = YAMLField(file: self.file, firstLine: self.firstLine, path: self.path, node: key)
                throw place.error("unknown field \"\(name)\"; known here: \(known.joined(separator: ", "))")
            }
            members[name] = self.child(name, value)
        }
        return members
    }

    /// The only member of a mapping of one, such as a step.
    func onlyMember(_ known: [String]) throws(SourceError) -> (name: String, value: YAMLField) {
        let members = try self.members(known)
        guard let (name, value) = members.first, members.count == 1 else {
            throw self.error("expected exactly one of \(known.joined(separator: ", "))")
        }
        return (name, value)
    }

    func elements() throws(SourceError) -> [YAMLField] {
        guard let sequence = self.node.sequence else { throw self.error("expected a list") }
        return sequence.enumerated().map { self.child("[\($0)]", $1) }
    }

    func string() throws(SourceError) -> String {
        guard let scalar = self.node.scalar else { throw self.error("expected a text") }
        return scalar.string
    }

    /// A list of texts.
    func strings() throws(SourceError) -> [String] {
        var strings: [String] = []
        for element in try self.elements() { strings.append(try element.string()) }
        return strings
    }

    func bool() throws(SourceError) -> Bool {
        guard let value = self.node.bool else { throw self.error("expected true or false") }
        return value
    }

    func integer(_ range: ClosedRange<Int>) throws(SourceError) -> Int {
        guard let value = self.node.int, range.contains(value) else {
            throw self.error("expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func number(_ range: ClosedRange<Double>) throws(SourceError) -> Double {
        guard let value = self.node.float, range.contains(value) else {
            throw self.error("expected a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A time with its unit: `300ms`, `5s`, `2m`.
    func duration() throws(SourceError) -> Duration {
        let text = try self.string()
        for (suffix, unit) in [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)] where text.hasSuffix(suffix) {
            if let value = Double(text.dropLast(suffix.count)), value >= 0, value * unit <= 86_400 {
                return .milliseconds(Int64((value * unit * 1000).rounded()))
            }
        }
        throw self.error("expected a time such as 300ms, 5s or 2m (at most 24h)")
    }

    /// One of a closed set of words.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type
    ) throws(SourceError) -> Choice where Choice.RawValue == String {
        guard let text = self.node.string, let value = Choice(rawValue: text) else {
            throw self.error("expected one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// Settings by name, whose values may be written as texts, numbers or truth values.
    func texts(_ what: String) throws(SourceError) -> [String: String] {
        guard let mapping = self.node.mapping else {
            throw self.error("expected a mapping of \(what)")
        }
        var texts: [String: String] = [:]
        for (key, value) in mapping {
            texts[key.string ?? ""] = try self.child(key.string ?? "", value).string()
        }
        return texts
    }

    var json: JSONValue { YAMLDocument.json(of: self.node) }

    private func child(_ name: String, _ node: Node) -> YAMLField {
        let path = self.path.isEmpty || name.hasPrefix("[") ? self.path + name : "\(self.path).\(name)"
        return YAMLField(file: self.file, firstLine: self.firstLine, path: path, node: node)
    }
}
