// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Cluster
import KubernetesClient
import KubernetesHTTP

/// `seatrial cluster node stop|start|kill NODE`: a node fails and comes back.
struct ClusterNodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Stops, kills and starts nodes of a controlled cluster.",
        subcommands: [Stop.self, Start.self, Kill.self]
    )

    struct Target: ParsableArguments {
        @Argument(help: "The node, such as node-1.")
        var node: String

        @OptionGroup var location: ClusterCommand.Location

        func set(_ power: ClusterNode.Power) async throws {
            let directory = self.location.directory
            guard directory.owner != nil else { throw ClusterError("no cluster is running in \(directory.path)") }
            let transport = try HTTPTransport(Kubeconfig(contentsOfFile: directory.kubeconfig))
            do {
                try await ClusterNode.set(power, of: self.node, client: KubernetesClient(transport))
            } catch {
                try await transport.shutdown()
                throw error
            }
            try await transport.shutdown()
            print("\(self.node): \(power.rawValue)")
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shuts a node down: its containers get SIGTERM, then it falls silent."
        )

        @OptionGroup var target: Target

        func run() async throws { try await self.target.set(.stopped) }
    }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Starts a node that was stopped or killed.")

        @OptionGroup var target: Target

        func run() async throws { try await self.target.set(.on) }
    }

    struct Kill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a node's power away: everything on it ends at once."
        )

        @OptionGroup var target: Target

        func run() async throws { try await self.target.set(.killed) }
    }
}
