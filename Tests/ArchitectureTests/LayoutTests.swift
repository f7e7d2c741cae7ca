// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("The tree keeps to its own rules")
struct LayoutTests {
    @Test("A target imports only what CONTRIBUTING.md's table allows")
    func imports() throws {
        let table = try TargetTable()
        #expect(table.rows.count > 20)
        for (target, row) in table.rows.sorted(by: { $0.key < $1.key }) {
            let allowed = table.allowed(target)
            for file in try Repository.swiftFiles(below: "Sources/\(row.folder)") {
                for line in file.lines where line.contains("import ") {
                    guard let module = Self.importedModule(line), table.rows[module] != nil else { continue }
                    #expect(module == target || allowed.contains(module), "\(file.path) imports \(module)")
                }
            }
        }
    }

    @Test("Every folder of sources is in the table")
    func folders() throws {
        let folders = try TargetTable().rows.values.map { "Sources/\($0.folder)/" }
        for file in try Repository.swiftFiles(below: "Sources") {
            #expect(folders.contains { file.path.hasPrefix($0) }, "\(file.path) belongs to no target")
        }
    }

    @Test("No file is longer than 700 lines")
    func sizes() throws {
        for file in try Repository.swiftFiles(below: "Sources") + Repository.swiftFiles(below: "Tests") {
            #expect(file.lines.count <= 701, "\(file.path) has \(file.lines.count - 1) lines")
        }
    }

    @Test("Every file begins with the project's two lines")
    func headers() throws {
        for file in try Repository.swiftFiles(below: "Sources") + Repository.swiftFiles(below: "Tests") {
            let head = file.lines.prefix(2)
            #expect(
                head.first?.hasPrefix("// Part of Seatrial:") == true
                    && head.last == "// SPDX-License-Identifier: Apache-2.0",
                "\(file.path)"
            )
        }
    }

    @Test(
        "Sources do without what the house rules ban",
        arguments: ["try!", "TODO", "FIXME", "Task.sleep(nanoseconds", "print(\"DEBUG"]
    )
    func bannedWords(_ word: String) throws {
        for file in try Repository.swiftFiles(below: "Sources") {
            for (number, line) in file.lines.enumerated() {
                #expect(!line.contains(word), "\(file.path):\(number + 1)")
            }
        }
    }

    private static func importedModule(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(of: "import"), index + 1 < words.count, index <= 2 else { return nil }
        guard
            words[..<index].allSatisfy({ ["public", "package", "internal", "private", "@preconcurrency"].contains($0) })
        else { return nil }
        return String(words[index + 1])
    }
}
