// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The arguments of one of Kafka's scripts: `--name value`, `--name=value`, flags, short names, and bare words.
struct ToolArguments: Sendable {
    /// An option that a tool knows.
    struct Option: Sendable {
        /// Without the dashes.
        var name: String
        /// Other names, with their dashes.
        var aliases: [String] = []
        var takesValue = true
        /// Whether the tool does something with it; one that is only accepted is named when it is given.
        var hasEffect = true
    }

    private(set) var values: [String: [String]] = [:]
    private(set) var words: [String] = []
    private let options: [Option]

    init(_ arguments: [String], options: [Option]) throws(ToolError) {
        self.options = options
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument != "-" else {
                self.words.append(argument)
                continue
            }
            let pieces = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let option = options.first(where: { "--\($0.name)" == pieces[0] || $0.aliases.contains(pieces[0]) })
            else {
                throw ToolError.usage("\(pieces[0]) is not a recognized option")
            }
            if !option.takesValue {
                guard pieces.count == 1 else { throw ToolError.usage("\(pieces[0]) takes no value") }
                self.values[option.name, default: []].append("")
            } else if pieces.count == 2 {
                self.values[option.name, default: []].append(pieces[1])
            } else if let value = rest.popFirst() {
                self.values[option.name, default: []].append(value)
            } else {
                throw ToolError.usage("Option \(pieces[0]) requires an argument")
            }
        }
    }

    /// The options that were given and do nothing here, as a person wrote them; empty when there are none.
    ///
    /// - Parameter properties: By option that takes `key=value`, the keys that are known.
    func withoutEffect(properties known: [String: Set<String>] = [:]) throws(ToolError) -> [String] {
        var found = self.options.filter { !$0.hasEffect && self.has($0.name) }.map { "--\($0.name)" }
        for (option, keys) in known.sorted(by: { $0.key < $1.key }) {
            for (key, value) in try self.properties(option).sorted(by: { $0.key < $1.key }) where !keys.contains(key) {
                found.append("--\(option) \(key)=\(value)")
            }
        }
        return found
    }

    func has(_ name: String) -> Bool { self.values[name] != nil }

    /// The value; the last counts.
    subscript(name: String) -> String? { self.values[name]?.last }

    func integer(_ name: String) throws(ToolError) -> Int? {
        guard let text = self[name] else { return nil }
        guard let value = Int(text) else {
            throw ToolError.usage("Cannot parse argument '\(text)' of option \(name): expected a whole number")
        }
        return value
    }

    func require(_ name: String) throws(ToolError) -> String {
        guard let value = self[name] else { throw ToolError.usage("Missing required argument \"[\(name)]\"") }
        return value
    }

    /// All `key=value` values of an option; later ones win.
    func properties(_ name: String) throws(ToolError) -> [String: String] {
        var result: [String: String] = [:]
        for text in self.values[name] ?? [] {
            for pair in text.split(separator: ",") {
                let pieces = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard pieces.count == 2 else { throw ToolError.usage("--\(name) \(text): expected key=value") }
                result[String(pieces[0])] = String(pieces[1])
            }
        }
        return result
    }
}

/// Why a tool stopped.
enum ToolError: Error, Hashable, CustomStringConvertible {
    /// The arguments are not right.
    case usage(String)
    /// What was asked could not be done.
    case failed(String)

    var description: String {
        switch self {
        case .usage(let text), .failed(let text): text
        }
    }
}
