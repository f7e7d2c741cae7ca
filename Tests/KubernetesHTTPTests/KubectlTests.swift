// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import Foundation
import JSON
import KubernetesAPI
import KubernetesClient
import KubernetesHTTP
import NIOCore
import Testing

/// Real `kubectl` against the server through a written kubeconfig. Skipped, and saying so, where it is not installed.
@Suite(.enabled(if: Kubectl.path != nil, "kubectl is not installed"), .timeLimit(.minutes(1)))
struct KubectlTests {
    private static let manifest = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {clusterIP: None, ports: [{name: http, port: 80}], selector: {app: web}}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          serviceName: web
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: "registry.example/app:1"}]}
        """

    @Test("objects are applied, shown, changed and deleted")
    func verbs() async throws {
        try await withKubectl { kubectl throws in
            #expect(
                try kubectl("apply", "-f", "-", input: Self.manifest)
                    == "service/web created\nstatefulset.apps/web created\n"
            )
            let again = try kubectl("apply", "-f", "-", input: Self.manifest)
            #expect(again == "service/web unchanged\nstatefulset.apps/web unchanged\n")
            #expect(try kubectl("get", "sts", "web").hasPrefix("NAME   READY   AGE\nweb    0/2     "))
            #expect(try kubectl("scale", "sts", "web", "--replicas=3") == "statefulset.apps/web scaled\n")
            let patch =
                #"[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"registry.example/app:2"}]"#
            #expect(try kubectl("patch", "sts", "web", "--type=json", "-p", patch) == "statefulset.apps/web patched\n")
            let shown = try kubectl(
                "get",
                "sts",
                "web",
                "-o",
                "jsonpath={.metadata.generation} {.spec.replicas} {..image}"
            )
            #expect(shown == "3 3 registry.example/app:2")
            #expect(try kubectl("label", "svc", "web", "a=b") == "service/web labeled\n")
            #expect(try kubectl("get", "svc", "-l", "a=b", "-o", "name") == "service/web\n")
            #expect(
                try kubectl("describe", "sts", "web").contains(
                    "Update Strategy:    RollingUpdate\n  Partition:        0"
                )
            )
            #expect(
                try kubectl("get", "svc", "web", "-o", "yaml").contains("  clusterIP: None\n  clusterIPs:\n  - None\n")
            )
            let deleted = try kubectl("delete", "sts,svc", "web")
            #expect(deleted.contains("statefulset.apps \"web\" deleted"))
            #expect(deleted.contains("service \"web\" deleted"))
        }
    }

    @Test("what kubectl sends as protobuf is read")
    func protobuf() async throws {
        try await withKubectl { kubectl throws in
            #expect(try kubectl("create", "namespace", "zk") == "namespace/zk created\n")
            #expect(
                try kubectl("create", "configmap", "cm", "-n", "zk", "--from-literal=a=b") == "configmap/cm created\n"
            )
            #expect(try kubectl("get", "cm", "cm", "-n", "zk", "-o", "jsonpath={.data}") == #"{"a":"b"}"#)
        }
    }

    @Test("a mistake is named as upstream names it")
    func mistakes() async throws {
        try await withKubectl { kubectl throws in
            let wrong = Self.manifest.replacing("replicas: 2", with: "replicaz: 2")
            let refused = #expect(throws: Kubectl.Failure.self) { try kubectl("apply", "-f", "-", input: wrong) }
            #expect(refused?.text.contains("unknown field \"spec.replicaz\"") == true)
            let absent = #expect(throws: Kubectl.Failure.self) { try kubectl("get", "pod", "nope") }
            #expect(absent?.text == "Error from server (NotFound): pods \"nope\" not found\n")
        }
    }

    @Test("a rollout's status is followed to its end")
    func rolloutStatus() async throws {
        try await withKubectl { kubectl throws in
            _ = try kubectl("apply", "-f", "-", input: Self.manifest)
            let status =
                #"{"status":{"observedGeneration":1,"replicas":2,"readyReplicas":2,"updatedReplicas":2,"currentReplicas":2}}"#
            _ = try kubectl("patch", "sts", "web", "--subresource=status", "--type=merge", "-p", status)
            let text = try kubectl("rollout", "status", "sts", "web", "--timeout=20s")
            #expect(text == "partitioned roll out complete: 2 new pods have been updated...\n")
        }
    }

    private func withKubectl(_ body: @escaping @Sendable (Kubectl) throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("kubectl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await withRunningServer { _, address in
            let file = directory.appendingPathComponent("kubeconfig").path
            try Kubeconfig(server: address).write(toFile: file)
            let kubectl = Kubectl(kubeconfig: file, home: directory.path)
            // kubectl blocks; the server needs the cooperative threads.
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(with: Result { try body(kubectl) }) }
            }
        }
    }
}

/// Runs kubectl.
private struct Kubectl: Sendable {
    /// kubectl ended with a status other than 0.
    struct Failure: Error, Hashable {
        var text: String
    }

    static let path = ["/usr/bin/kubectl", "/usr/local/bin/kubectl"].first(where: FileManager.default.isExecutableFile)

    var kubeconfig: String
    var home: String

    func callAsFunction(_ arguments: String..., input: String = "") throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.path ?? "/usr/bin/false")
        process.arguments = arguments
        process.environment = ["KUBECONFIG": self.kubeconfig, "HOME": self.home, "PATH": "/usr/bin:/bin"]
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, stdout, stderr)
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = String(decoding: try stdout.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let errors = String(decoding: try stderr.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(text: errors) }
        return output
    }
}
