// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kubelet
import Testing

@Suite struct PodLifecycleScriptTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts")

    static let scripts: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted()
    }()

    @Test(arguments: scripts)
    func plays(_ name: String) throws {
        var world = PodWorld()
        let differences = try Script.differences(
            in: Self.folder.appending(path: name),
            rewrite: ProcessInfo.processInfo.environment["SEATRIAL_REWRITE"] != nil
        ) { try world.run($0) }
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }

    @Test func thereAreScripts() {
        #expect(Self.scripts.count >= 8)
    }
}
