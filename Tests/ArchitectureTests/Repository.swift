// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The checkout that these tests are part of.
enum Repository {
    struct SourceFile {
        /// Relative to the checkout, such as `Sources/JSON/JSONValue.swift`.
        var path: String
        var lines: [Substring]
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: self.root.appending(path: path), encoding: .utf8)
    }

    /// The Swift files below a folder, sorted by path.
    static func swiftFiles(below folder: String) throws -> [SourceFile] {
        let base = self.root.appending(path: folder)
        guard let enumerator = FileManager.default.enumerator(atPath: base.path) else { return [] }
        let paths = enumerator.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted()
        return try paths.map { path in
            let text = try self.text("\(folder)/\(path)")
            return SourceFile(
                path: "\(folder)/\(path)",
                lines: text.split(separator: "\n", omittingEmptySubsequences: false)
            )
        }
    }
}

/// The table of targets in CONTRIBUTING.md.
struct TargetTable {
    struct Row {
        var folder: String
        var imports: [String]
    }

    var rows: [String: Row] = [:]

    init() throws {
        for line in try Repository.text("CONTRIBUTING.md").split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 6 else { continue }
            let imports = cells[4].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            self.rows[cells[2]] = Row(folder: cells[1].trimmingCharacters(in: ["`"]), imports: imports)
        }
    }

    /// The own targets that a target may import: those in its row, and what those may import.
    func allowed(_ target: String) -> Set<String> {
        switch self.rows[target]?.imports {
        case nil: []
        case ["all"]: Set(self.rows.keys)
        case let imports?:
            imports.reduce(into: Set(imports)) { result, name in
                if name.hasPrefix("all without") {
                    result.formUnion(Self.withoutIO.union(Self.withoutIO.flatMap(self.allowed)))
                } else {
                    result.formUnion(self.allowed(name))
                }
            }
        }
    }

    private static let withoutIO: Set<String> = [
        "Determinism", "JSON", "KubernetesAPI", "KubernetesClient", "Controllers", "ControllerRuntime", "Kubelet",
        "ZooKeeperProtocol", "ZooKeeperEnsemble", "KafkaProtocol", "KafkaCluster", "Verification",
    ]
}
