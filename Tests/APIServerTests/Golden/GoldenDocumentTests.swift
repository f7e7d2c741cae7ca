// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import Foundation
import JSON
import KubernetesAPI
import Testing

/// Discovery and tables against the recordings, as far as our kinds go.
@Suite(.enabled(if: GoldenCase.folder != nil, "no recordings at SEATRIAL_GOLDEN"))
struct GoldenDocumentTests {
    private let registry = ResourceRegistry.standard

    /// Resources of ours whose recorded entry has no counterpart yet.
    private static let later: Set<String> = [
        "nodes/proxy", "pods/ephemeralcontainers", "pods/proxy", "pods/resize", "services/proxy",
    ]

    @Test func resourceListsSayOfOurKindsWhatUpstreamsSay() throws {
        var compared = 0
        for step in try GoldenCase("l1-discovery").steps
        where step.accept.isEmpty && step.answer["kind"] == "APIResourceList" {
            let parts = step.path.split(separator: "/").map(String.init)
            let (group, version) = parts.count == 2 ? ("", parts[1]) : (parts[1], parts[2])
            guard let ours = self.registry.apiResourceList(group: group, version: version) else { continue }
            for resource in ours["resources"]?.array ?? [] {
                let theirs = step.answer["resources"]?.array?.first { $0["name"] == resource["name"] }
                #expect(resource == theirs, "\(step.path) \(resource["name"]?.string ?? "")")
                compared += 1
            }
            let names = (ours["resources"]?.array ?? []).compactMap { $0["name"]?.string }
            for theirs in step.answer["resources"]?.array ?? [] {
                let name = theirs["name"]?.string ?? ""
                guard names.contains(name.split(separator: "/").first.map(String.init) ?? "") else { continue }
                #expect(names.contains(name) || Self.later.contains(name), "\(name) is missing")
            }
        }
        #expect(compared > 20)
    }

    @Test(arguments: ["v2", "v2beta1"]) func aggregatedDiscoveryHasTheSameShape(version: String) throws {
        let steps = try GoldenCase("l1-discovery").steps.filter { $0.accept.contains("as=APIGroupDiscoveryList") }
        for isCore in [true, false] {
            let step = try #require(steps.first { $0.path == (isCore ? "/api" : "/apis") })
            let ours = self.registry.aggregatedDiscovery(isCore: isCore, version: version)
            #expect(ours["apiVersion"] == .string("apidiscovery.k8s.io/\(version)"))
            for group in ours["items"]?.array ?? [] {
                // Of old groups that published manifests use, a control plane of today says nothing.
                if group["metadata", "name"] == "extensions" { continue }
                let theirs = step.answer["items"]?.array?.first { $0["metadata"] == group["metadata"] }
                let resources = group["versions"]?.array?.first?["resources"]?.array ?? []
                #expect(!resources.isEmpty)
                for resource in resources {
                    var expected = theirs?["versions"]?.array?.first?["resources"]?.array?.first {
                        $0["resource"] == resource["resource"]
                    }
                    let kept = (expected?["subresources"]?.array ?? []).filter {
                        !Self.later.contains("\(resource["resource"]?.string ?? "")/\($0["subresource"]?.string ?? "")")
                    }
                    expected?["subresources"] = kept.isEmpty ? nil : .array(kept)
                    #expect(resource == expected)
                }
            }
        }
    }

    @Test func tablesShowTheRecordedCells() throws {
        var compared = 0
        for name in try Self.cases() {
            // Each table comes right after a GET of the same objects.
            var last: [String: JSONValue] = [:]
            let server = GoldenServer()
            for step in try GoldenCase(name).steps where step.method == "GET" && step.status == 200 {
                guard let target = server.target(of: step.path), target.subresource == nil else { continue }
                if step.answer["kind"] == "Table" {
                    guard let object = last[step.path], step.answer["columnDefinitions"]?.array != nil else { continue }
                    let objects = object["items"]?.array ?? [object]
                    compared += Self.compare(objects, step, target.definition)
                } else if step.query.isEmpty {
                    last[step.path] = step.answer
                }
            }
        }
        #expect(compared > 15)
    }

    private static func cases() throws -> [String] {
        guard let folder = GoldenCase.folder else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { name in
            FileManager.default.fileExists(atPath: folder.appending(path: "\(name)/steps.jsonl").path)
        }.sorted()
    }

    private static func compare(_ objects: [JSONValue], _ step: GoldenCase.Step, _ definition: ResourceDefinition)
        -> Int
    {
        let rows = step.answer["rows"]?.array ?? []
        let table = definition.table(
            of: objects,
            metadata: nil,
            includeObject: "None",
            apiVersion: "meta.k8s.io/v1",
            includeHeaders: true,
            now: 0
        )
        let columns = (table["columnDefinitions"]?.array ?? []).map(Self.withoutDescription)
        #expect(columns == (step.answer["columnDefinitions"]?.array ?? []).map(Self.withoutDescription), "\(step.path)")
        let ages = columns.indices.filter { index in
            ["Age", "Last Seen", "First Seen"].contains(columns[index]["name"]?.string ?? "")
        }
        var compared = 0
        for (row, expected) in zip(table["rows"]?.array ?? [], rows) {
            var (cells, wanted) = (row["cells"]?.array ?? [], expected["cells"]?.array ?? [])
            guard cells.first == wanted.first else { continue }  // another object by now
            for index in ages where index < cells.count && index < wanted.count {
                cells[index] = "age"
                wanted[index] = "age"
            }
            #expect(cells == wanted, "\(step.path)")
            compared += 1
        }
        return compared
    }

    private static func withoutDescription(_ column: JSONValue) -> JSONValue {
        var column = column
        column["description"] = nil
        return column
    }
}
