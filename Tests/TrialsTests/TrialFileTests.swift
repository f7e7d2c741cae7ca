// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Testing
import Trials

@Suite("Trial files")
struct TrialFileTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let manifest = """
        apiVersion: v1
        kind: Service
        metadata:
          name: kafka-hs
        spec:
          clusterIP: None
          clusterIP: None
        """

    /// Writes a trial beside a manifest and reads it; complaints begin with the file's name instead of its path.
    private static func read(_ trial: String) throws -> Result<Trial, SourceError> {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seatrial-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try self.manifest.write(to: folder.appending(path: "service.yaml"), atomically: true, encoding: .utf8)
        let file = folder.appending(path: "trial.yaml")
        try trial.write(to: file, atomically: true, encoding: .utf8)
        do {
            return .success(try Trial.read(file.path).trial)
        } catch {
            var error = error
            error.file = URL(filePath: error.file).lastPathComponent
            return .failure(error)
        }
    }

    @Test(
        "A mistake is named with file, line and column",
        arguments: [
            ("manifests: [service.yaml]\nlode: {}", "trial.yaml:2:1: unknown field \"lode\"; known here: "),
            ("manifests: [service.yaml]\nload:\n  rate: fast", "trial.yaml:3:9: load.rate: expected a whole number"),
            ("manifests: [service.yaml]\nload:\n  rate: 0", "trial.yaml:3:9: load.rate: expected a whole number"),
            ("manifests: [service.yaml]\nload: {acks: 2}", "trial.yaml:2:14: load.acks: expected 0, 1 or all"),
            ("manifests: [service.yaml]\nload: {acks: 1}", "trial.yaml:2:7: load: idempotence needs acks: all"),
            ("manifests: [service.yaml]\ntimeout: 10", "trial.yaml:2:10: timeout: expected a time such as"),
            ("manifests: [nothing.yaml]", "trial.yaml:1:13: manifests[0]: no such file"),
            ("name: x", "trial.yaml:1:1: no manifests"),
            ("manifests: [service.yaml]\nname: a\nname: b", "trial.yaml:2:1: not valid YAML: key name is given twice"),
            ("manifests: [service.yaml]\nload: {rate: 1", "trial.yaml:3:1: not valid YAML: "),
            ("manifests: [service.yaml]\nchange:\n- dance: {}", "trial.yaml:3:3: change[0]: unknown field \"dance\""),
            (
                "manifests: [service.yaml]\nchange:\n- rollout: kafka",
                "trial.yaml:3:12: change[0].rollout: expected KIND/"
            ),
            (
                "manifests: [service.yaml]\nchange:\n- repeat: {times: 0, steps: []}",
                "trial.yaml:3:19: change[0].repeat.times: expected a whole number from 1"
            ),
            (
                "manifests: [service.yaml]\nchange:\n- repeat: {times: 2, steps: [{pause: 1}]}",
                "trial.yaml:3:38: change[0].repeat.steps[0].pause: expected a time such as"
            ),
            (
                "manifests: [service.yaml]\nchange:\n- wait: half",
                "trial.yaml:3:9: change[0].wait: expected whole, {updated"
            ),
            (
                "manifests: [service.yaml]\nchange:\n- wait: {pod: kafka-2, of: sts/kafka}",
                "trial.yaml:3:9: change[0].wait: expected either updated and of, or pod and reason"
            ),
            ("manifests: [service.yaml]\nchange:\n- drain: {}", "trial.yaml:3:10: change[0].drain: expected nodeOf"),
            (
                "manifests: [service.yaml]\nexpect: {acknowledgesAgain: {margin: 5s}}",
                "trial.yaml:2:29: expect.acknowledgesAgain: expected sessionTimeout"
            ),
            ("", "trial.yaml: expected exactly one YAML document, found 0"),
        ]
    )
    func mistakes(_ text: String, _ complaint: String) throws {
        guard case .failure(let error) = try Self.read(text) else {
            Issue.record("no complaint")
            return
        }
        #expect("\(error)".hasPrefix(complaint), "\(error)")
    }

    @Test("What is left out has its default, and a manifest's last value counts")
    func defaults() throws {
        let trial = try Self.read("manifests: [service.yaml]").get()
        #expect(trial.name == "trial")
        #expect(trial.load.rate == 2000)
        #expect(trial.promise == .safe)
        #expect(trial.manifests.map(\.line) == [1])
        #expect(trial.manifests.first?.object["spec", "clusterIP"] == "None")
    }

    @Test("A key that a manifest repeats is named in a warning")
    func repeatedKeys() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "seatrial-\(UUID().uuidString).yaml")
        try Self.manifest.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let (_, warnings) = try Trial.Manifest.read(file.path)
        #expect(warnings.map(\.line) == [6])
        #expect(warnings.first?.message == "key clusterIP is given twice; the last value counts")
    }

    @Test("An adjustment patches a manifest, and says where it does not apply")
    func adjustments() throws {
        let patched = try Self.read(
            """
            manifests: [service.yaml]
            adjust:
            - target: service/kafka-hs
              patch: [{op: add, path: /spec/publishNotReadyAddresses, value: true}]
            """
        ).get()
        #expect(patched.manifests.first?.object["spec", "publishNotReadyAddresses"] == true)
        let refused = try Self.read(
            "manifests: [service.yaml]\nadjust:\n- {target: service/zk, patch: []}"
        )
        #expect(throws: SourceError.self) { try refused.get() }
    }

    @Test("The trials of the repository can be read")
    func shipped() throws {
        for folder in ["Harness/trials", "Harness/defects"] {
            let names = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: folder).path)
            for name in names where name.hasSuffix(".yaml") {
                let (trial, warnings) = try Trial.read(Self.root.appending(path: "\(folder)/\(name)").path)
                #expect(warnings.isEmpty)
                #expect(!trial.about.isEmpty && !trial.steps.isEmpty, "\(name)")
            }
        }
    }
}
