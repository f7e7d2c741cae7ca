// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaProtocol
import Testing

@Suite("One file a request kind")
struct APIFilesTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/Kafka/Broker/APIs")

    @Test("File, head and name agree, and each is in the table")
    func heads() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0 != "API.swift" }.sorted()
        let table = try String(contentsOf: Self.folder.appending(path: "API.swift"), encoding: .utf8)
        #expect(files.count >= 27)
        for file in files {
            let match = try #require(file.wholeMatch(of: /(\d\d)-(\w+)\.swift/), "\(file)")
            let key = try #require(Int16(match.1))
            let name = String(match.2)
            let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
            #expect(text.contains("// Key: \(key) · \(name)\n"), "\(file)")
            for field in ["// Versions: ", "// Does: ", "// Left out: "] {
                #expect(text.contains(field), "\(file): \(field)")
            }
            #expect(APIKey(rawValue: key).description == name)
            let property = name.prefix(1).lowercased() + name.dropFirst()
            #expect(table.contains("\n        .\(property),"), "\(name) is not in the table")
        }
    }
}
