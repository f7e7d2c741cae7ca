// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON

/// One recorded case: what was asked of a real control plane, and what it answered.
struct GoldenCase {
    struct Step {
        /// The line in `steps.jsonl`.
        var number: Int
        var note: String
        var method: String
        var path: String
        var query: [String: String]
        var contentType: String
        var accept: String
        var body: JSONValue?
        var status: Int
        var answer: JSONValue
        var warnings: [String]
    }

    var steps: [Step]

    /// The recordings' folder; nil when it is not there.
    static let folder: URL? = {
        let path = ProcessInfo.processInfo.environment["SEATRIAL_GOLDEN"] ?? "../shared/golden"
        return FileManager.default.fileExists(atPath: path) ? URL(fileURLWithPath: path) : nil
    }()

    init(_ name: String) throws {
        let folder = try requireFolder()
        let text = try String(contentsOf: folder.appending(path: "\(name)/steps.jsonl"), encoding: .utf8)
        self.steps = try text.split(separator: "\n").enumerated().compactMap { index, line in
            try Step(number: index + 1, json: JSONValue(parsing: String(line)))
        }
    }
}

extension GoldenCase.Step {
    /// Nil for a step that is no HTTP request.
    init?(number: Int, json: JSONValue) {
        guard let request = json["request"], let response = json["response"], let path = request["path"]?.string else {
            return nil
        }
        let parts = path.split(separator: "?", maxSplits: 1)
        self.number = number
        self.note = json["note"]?.string ?? ""
        self.method = request["method"]?.string ?? ""
        self.path = String(parts[0])
        self.query = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let members = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            self.query[String(members[0])] = members.count > 1 ? members[1].removingPercentEncoding ?? "" : ""
        }
        self.contentType = request["headers", "Content-Type"]?.string ?? ""
        self.accept = request["headers", "Accept"]?.string ?? ""
        self.body = request["body"]
        self.status = Int(response["status"]?.integer ?? 0)
        self.answer = response["body"] ?? .null
        let warning = response["headers", "Warning"]
        let texts = warning?.array?.compactMap(\.string) ?? [warning?.string].compactMap(\.self)
        // `299 - "text"`, quotes within escaped.
        self.warnings = texts.map { text in
            String(text.dropFirst("299 - \"".count).dropLast()).replacingOccurrences(of: "\\\"", with: "\"")
        }
    }
}

private struct NoRecordings: Error {}

private func requireFolder() throws -> URL {
    guard let folder = GoldenCase.folder else { throw NoRecordings() }
    return folder
}
