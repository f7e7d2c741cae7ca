// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON
import Yams

/// One document of a YAML file, with the positions that error messages need.
public struct YAMLDocument {
    /// What a repeated key means.
    public enum DuplicateKeys: Hashable, Sendable {
        /// The last value counts, as in kubectl, and a warning names the line.
        case lastWins
        /// An error: in a trial file a repeated key is a mistake.
        case refuse
    }

    /// The file as the person named it.
    public let file: String
    /// The document's first line in the file, from 1.
    public let firstLine: Int
    let root: Node

    /// The documents of a file's text; empty ones are left out.
    ///
    /// Each document is parsed alone, since a mistake in one would silently hide those behind it.
    /// - Throws: ``SourceError`` with the place of the first mistake.
    public static func documents(
        in text: String,
        file: String,
        duplicateKeys: DuplicateKeys
    ) throws(SourceError) -> (documents: [YAMLDocument], warnings: [SourceError]) {
        var documents: [YAMLDocument] = []
        var warnings: [SourceError] = []
        for (line, lines) in Self.split(text) {
            var parsing = DocumentText(file: file, firstLine: line, lines: lines)
            let root = try parsing.compose(duplicateKeys: duplicateKeys)
            warnings += parsing.warnings
            if let root, root.scalar.map({ $0.string.isEmpty }) != true {
                documents.append(YAMLDocument(file: file, firstLine: line, root: root))
            }
        }
        return (documents, warnings)
    }

    private static func split(_ text: String) -> [(line: Int, lines: [Substring])] {
        var result: [(line: Int, lines: [Substring])] = [(1, [])]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if line == "---" || line.hasPrefix("--- ") || line.hasPrefix("---\t") {
                result.append((index + 2, []))
            } else if line == "..." {
                result.append((index + 2, []))
            } else {
                result[result.count - 1].lines.append(line)
            }
        }
        return result
    }

    /// The document as a JSON value, with YAML 1.1's idea of booleans and numbers, as kubectl has it.
    public var json: JSONValue { YAMLDocument.json(of: self.root) }

    static func json(of node: Node) -> JSONValue {
        switch node {
        case .mapping(let mapping):
            let members = mapping.compactMap { key, value -> (String, JSONValue)? in
                let name = key.string ?? ""
                return name.hasPrefix(DocumentText.shadowed) ? nil : (name, Self.json(of: value))
            }
            return .object(JSONObject(members))
        case .sequence(let sequence):
            return .array(sequence.map(Self.json(of:)))
        case .scalar(let scalar):
            guard node.tag != Tag(.str), scalar.style == .plain || scalar.style == .any else {
                return .string(scalar.string)
            }
            if node.null != nil { return .null }
            if let bool = node.bool { return .bool(bool) }
            if let int = node.int { return .integer(Int64(int)) }
            if let float = node.float { return .double(float) }
            return .string(scalar.string)
        case .alias:
            return .null  // the composer resolves aliases before it hands nodes out
        }
    }
}

/// The text of one document on its way through the parser.
struct DocumentText {
    /// Marks a key whose value a later one of the same name replaces.
    static let shadowed = "seatrial.shadowed/"

    let file: String
    let firstLine: Int
    var lines: [Substring]
    var warnings: [SourceError] = []

    init(file: String, firstLine: Int, lines: [Substring]) {
        self.file = file
        self.firstLine = firstLine
        self.lines = lines
    }

    mutating func compose(duplicateKeys: YAMLDocument.DuplicateKeys) throws(SourceError) -> Node? {
        while true {
            do {
                return try Yams.compose(yaml: self.lines.joined(separator: "\n"))
            } catch let error as YamlError {
                guard case .duplicatedKeysInMapping(let keys, let context) = error, duplicateKeys == .lastWins,
                    self.shadow(keys: keys, line: context.mark.line, column: context.mark.column)
                else { throw self.located(error) }
            } catch {
                throw SourceError(file: self.file, line: self.firstLine, message: "\(error)")
            }
        }
    }

    /// Renames the earlier of two equal keys, so that the parser accepts the document and the last value counts.
    private mutating func shadow(keys: [String], line: Int, column: Int) -> Bool {
        guard self.lines.indices.contains(line - 1), column >= 1 else { return false }
        let text = self.lines[line - 1]
        guard var place = text.index(text.startIndex, offsetBy: column - 1, limitedBy: text.endIndex) else {
            return false
        }
        if place < text.endIndex, text[place] == "\"" || text[place] == "'" { place = text.index(after: place) }
        self.lines[line - 1] = text[..<place] + Self.shadowed + "\(self.warnings.count)/" + text[place...]
        self.warnings.append(
            SourceError(
                file: self.file,
                line: self.firstLine + line - 1,
                column: column,
                message: "key \(keys.first ?? "") is given twice; the last value counts"
            )
        )
        return true
    }

    private func located(_ error: YamlError) -> SourceError {
        let (line, column, message): (Int?, Int?, String) =
            switch error {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                (mark.line, mark.column, problem)
            case .duplicatedKeysInMapping(let keys, let context):
                (context.mark.line, context.mark.column, "key \(keys.joined(separator: ", ")) is given twice")
            case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
                (nil, nil, "\(error)")
            }
        return SourceError(
            file: self.file,
            line: (line ?? 1) + self.firstLine - 1,
            column: column,
            message: "not valid YAML: \(message)"
        )
    }
}
