// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Reports
import Verification
import Yams

/// The folder that a trial's report is written to.
struct ReportDirectory {
    let path: String

    /// Makes the folder; what an earlier report of ours left in it is removed.
    /// - Throws: ``TrialError`` when the folder holds something else.
    init(path: String) throws {
        self.path = path
        let manager = FileManager.default
        if manager.fileExists(atPath: path) {
            let contents = try manager.contentsOfDirectory(atPath: path)
            guard contents.isEmpty || contents.contains("events.jsonl") else {
                throw TrialError("\(path) is not empty and holds no report; name an empty or a new folder")
            }
            for name in contents { try manager.removeItem(atPath: "\(path)/\(name)") }
        }
        try manager.createDirectory(atPath: "\(path)/history", withIntermediateDirectories: true)
    }

    var events: String { "\(self.path)/events.jsonl" }
    var history: String { "\(self.path)/history" }
    var logs: String { "\(self.path)/logs" }

    func write(_ verdict: Verdict, pod: (Int32, Int64) -> String?) throws {
        try self.write(JSONWriter(escapesHTML: false, indentation: 2).string(of: verdict.json) + "\n", "verdict.json")
        try self.write(JUnitReport.xml([verdict]), "junit.xml")
        try self.write(HTMLReport(verdict, pod: pod).page, "report.html")
        let findings = FindingsReport.lines(verdict.findings, pod: pod)
        try self.write(findings.map { $0 + "\n" }.joined(), "findings.txt")
        try self.write(TerminalReport(colours: false).lines(verdict).map { $0 + "\n" }.joined(), "summary.txt")
    }

    /// All objects, a YAML file a kind.
    func write(objects: [JSONValue]) throws {
        let folder = "\(self.path)/objects"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (kind, objects) in Dictionary(grouping: objects, by: { $0["kind"]?.string ?? "Unknown" }) {
            let text = try objects.map { try Yams.serialize(node: Self.node($0)) }.joined(separator: "---\n")
            try self.write(text, "objects/\(kind.lowercased()).yaml")
        }
    }

    private func write(_ text: String, _ name: String) throws {
        try text.write(toFile: "\(self.path)/\(name)", atomically: true, encoding: .utf8)
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
        case .integer(let value): Node(String(value), Tag(.int))
        case .double(let value): Node(String(value), Tag(.float))
        case .string(let value): Node(value, Tag(.str), Self.isPlain(value) ? .plain : .doubleQuoted)
        case .array(let values): Node(values.map(Self.node))
        case .object(let members): Node(members.map { (Node($0), Self.node($1)) })
        }
    }

    /// Whether a text reads as itself without quotes.
    private static func isPlain(_ text: String) -> Bool {
        let node = Node(text)
        return !text.isEmpty && node.bool == nil && node.float == nil && node.null == nil
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
            && text.first?.isLetter == true
    }
}
