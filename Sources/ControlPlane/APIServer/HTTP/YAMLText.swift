// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Yams

/// Bodies in YAML, for those clients that send or accept nothing else.
enum YAMLText {
    /// Reads one document.
    static func value(of text: String) throws(YAMLError) -> JSONValue {
        do {
            guard let node = try Yams.compose(yaml: text) else { return .null }
            return Self.value(of: node)
        } catch let error as YamlError {
            throw YAMLError(message: Self.message(error))
        } catch {
            throw YAMLError(message: "yaml: \(error)")
        }
    }

    private static func message(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
            "yaml: \(problem)"
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded, .duplicatedKeysInMapping:
            "yaml: \(error)"
        }
    }

    private static func value(of node: Node) -> JSONValue {
        switch node {
        case .mapping(let mapping):
            .object(JSONObject(mapping.map { ($0.key.string ?? "", Self.value(of: $0.value)) }))
        case .sequence(let sequence):
            .array(sequence.map(Self.value(of:)))
        case .scalar(let scalar):
            Self.value(of: node, scalar)
        case .alias:
            .null
        }
    }

    private static func value(of node: Node, _ scalar: Node.Scalar) -> JSONValue {
        guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
        if node.null != nil { return .null }
        if let truth = node.bool { return .bool(truth) }
        if let number = node.int { return .integer(Int64(number)) }
        if let number = node.float { return .double(number) }
        return .string(scalar.string)
    }

    /// Writes a value as one document, members sorted, as the Kubernetes clients do.
    static func text(of value: JSONValue) -> String {
        do {
            return try Yams.serialize(node: Self.node(of: value), width: -1, allowUnicode: true)
        } catch {
            return "# \(error)\n"
        }
    }

    private static func node(of value: JSONValue) -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .bool(let truth): Node(truth ? "true" : "false", Tag(.bool))
        case .integer(let number): Node(String(number), Tag(.int))
        case .double(let number): Node(JSONWriter().string(of: .double(number)), Tag(.float))
        case .string(let text): Node(text, Tag(.str), text.isEmpty ? .doubleQuoted : .any)
        case .array(let elements): Node(elements.map(Self.node(of:)), Tag(.seq))
        case .object(let object): Node(object.map { (Node($0.0, Tag(.str)), Self.node(of: $0.1)) }, Tag(.map))
        }
    }
}

/// Why a text is no YAML document.
struct YAMLError: Error, Hashable {
    var message: String
}
