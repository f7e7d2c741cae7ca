// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import KubernetesAPI

/// A recording of a real control plane (`golden/NAME/watch.jsonl`), with what was left out to save room put back.
struct GoldenTrace {
    struct Entry {
        /// Seconds since the case began.
        var at: Double
        var resource: GroupVersionResource
        var type: String
        var object: JSONValue
    }

    let name: String
    let entries: [Entry]

    /// The folder of the recordings; nil where there is none.
    static let folder: URL? = {
        let path = ProcessInfo.processInfo.environment["SEATRIAL_GOLDEN"] ?? "../shared/golden"
        return FileManager.default.fileExists(atPath: path) ? URL(filePath: path) : nil
    }()

    /// The cases of the areas whose letters are given, which have a recording.
    static func names(areas: String) -> [String] {
        guard let folder else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { name in
                name.dropFirst().contains("-") && areas.contains(name.prefix(1))
                    && FileManager.default.fileExists(atPath: folder.appending(path: "\(name)/watch.jsonl").path)
            }.sorted()
        } catch {
            return []
        }
    }

    init(_ name: String) throws {
        self.name = name
        guard let folder = Self.folder else {
            self.entries = []
            return
        }
        let text = try String(contentsOf: folder.appending(path: "\(name)/watch.jsonl"), encoding: .utf8)
        var last: [String: JSONValue] = [:]
        self.entries = try text.split(separator: "\n").compactMap { line in
            let json = try JSONValue(parsing: String(line))
            guard let resource = Self.resource(json["kind"]?.string ?? ""), var object = json["object"],
                let uid = object["metadata", "uid"]?.string
            else { return nil }
            for field in (json["same"]?.array ?? []).compactMap(\.string) {
                let path = field.split(separator: ".").map(String.init)
                if path.count == 2 {
                    object[path[0], path[1]] = last[uid]?[path[0], path[1]]
                } else {
                    object[field] = last[uid]?[field]
                }
            }
            last[uid] = object
            return Entry(
                at: json["at"]?.double ?? 0,
                resource: resource,
                type: json["type"]?.string ?? "",
                object: object
            )
        }
    }

    /// The labels that the case's kubectl put on nodes or took off: seconds, node, key, and the value or nil.
    func nodeLabels() throws -> [(at: Double, node: String, key: String, value: String?)] {
        guard let folder = Self.folder else { return [] }
        let text = try String(contentsOf: folder.appending(path: "\(self.name)/steps.jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").flatMap { line in
            let step = try JSONValue(parsing: String(line))
            let words = (step["kubectl"]?.string ?? "").split(separator: " ").map(String.init)
            guard words.starts(with: ["label", "node"]), let change = words.first(where: { $0.contains("-role") })
            else { return [(at: Double, node: String, key: String, value: String?)]() }
            let parts = change.split(separator: "=").map(String.init)
            let (key, value) = parts.count == 2 ? (parts[0], parts[1]) : (String(change.dropLast()), nil)
            let at = (step["at"]?.double ?? 0)
            return words.dropFirst(2).filter { $0.hasPrefix("node-") }.map { (at, $0, key, value) }
        }
    }

    private static func resource(_ kind: String) -> GroupVersionResource? {
        switch kind {
        case "Pod": .pods
        case "StatefulSet": .statefulSets
        case "DaemonSet": .daemonSets
        case "ControllerRevision": .controllerRevisions
        case "PodDisruptionBudget": .podDisruptionBudgets
        case "PersistentVolumeClaim": .persistentVolumeClaims
        case "Event": .events
        case "Endpoints": .endpoints
        default: nil
        }
    }
}
