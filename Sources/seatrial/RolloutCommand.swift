// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Cluster
import ControllerRuntime
import Controllers
import Foundation
import KubernetesClient
import KubernetesHTTP

/// `seatrial rollout explain sts/NAME`: what a rollout waits for, in words.
struct RolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Explains rollouts.",
        subcommands: [Explain.self]
    )

    struct Explain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says what a rollout waits for (the pod, its condition, the budget, the rule) and what to type.",
            discussion: "Exit status: 0 when it was explained, 1 when there is no such object."
        )

        @Argument(help: "sts/NAME or ds/NAME.")
        var name: String

        @Option(name: [.customShort("n"), .long], help: "The namespace; that of the kubeconfig by default.")
        var namespace: String?

        @Option(help: "The kubeconfig; $KUBECONFIG or that of the controlled cluster by default.")
        var kubeconfig: String?

        @OptionGroup var location: ClusterCommand.Location

        @OptionGroup var rules: UpdateRules

        func validate() throws { _ = try self.target() }

        private func target() throws -> (kind: RolloutInspector.Kind, name: String) {
            let parts = self.name.split(separator: "/").map(String.init)
            guard parts.count == 2, let kind = RolloutInspector.Kind(name: parts[0]) else {
                throw ValidationError("expected sts/NAME or ds/NAME, not \(self.name)")
            }
            return (kind, parts[1])
        }

        func run() async throws {
            let (kind, name) = try self.target()
            let path =
                self.kubeconfig ?? ProcessInfo.processInfo.environment["KUBECONFIG"]
                ?? self.location.directory.kubeconfig
            let kubeconfig = try Kubeconfig(contentsOfFile: path)
            let key = ObjectName(namespace: self.namespace ?? kubeconfig.namespace, name: name)
            let transport = try HTTPTransport(kubeconfig)
            let inspector = RolloutInspector(client: KubernetesClient(transport), options: try self.rules.options())
            let now = WallTime(nanoseconds: Int64(Date().timeIntervalSince1970 * 1_000_000) * 1000)
            let explanation: RolloutExplanation?
            do {
                explanation = try await inspector.explanation(of: kind, key, now: now)
            } catch {
                try await transport.shutdown()
                throw error
            }
            try await transport.shutdown()
            guard let explanation else {
                print("there is no \(self.name) in namespace \(key.namespace)")
                throw ExitCode(1)
            }
            print(explanation)
        }
    }
}
