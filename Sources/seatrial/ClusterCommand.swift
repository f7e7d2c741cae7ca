// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Cluster
import Controllers
import Foundation
import JSON
import ServiceLifecycle

/// `seatrial cluster up|status|down|node`: a controlled cluster that stays up.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Brings up a controlled cluster for kubectl, says how it is, takes it down.",
        subcommands: [Up.self, Status.self, Down.self, ClusterNodeCommand.self]
    )

    struct Location: ParsableArguments {
        @Option(help: "The cluster's folder.")
        var data = ".seatrial/cluster"

        var directory: ClusterDirectory { ClusterDirectory(self.data) }
    }

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Starts a cluster and keeps it up until Ctrl-C or `cluster down`."
        )

        @OptionGroup var location: Location

        @Option(help: "How many nodes; 0 for a control plane alone.")
        var nodes = 4

        @Flag(help: "Pods run no process and have no address that answers: for clusters of very many pods.")
        var simulated = false

        @Option(help: "The API server's port; any free one by default.")
        var port = 0

        @OptionGroup var rules: UpdateRules

        @Flag(help: "Remove what an earlier cluster left in the folder.")
        var reset = false

        @Flag(help: "Return once the cluster is up; it goes on by itself.")
        var detach = false

        func validate() throws {
            guard (0...100).contains(self.nodes) else { throw ValidationError("--nodes: expected 0 to 100") }
            guard (0...65_535).contains(self.port) else { throw ValidationError("--port: expected 0 to 65535") }
        }

        func run() async throws {
            let directory = self.location.directory
            if self.detach {
                try await DetachedCluster(directory).start(arguments: self.arguments)
                return
            }
            try directory.prepare(reset: self.reset)
            var configuration = try ControlledCluster.Configuration(directory: directory)
            configuration.nodes = self.nodes
            configuration.apiPort = self.port
            configuration.isSimulated = self.simulated
            configuration.statefulSet = try self.rules.options()
            let service = ClusterService(cluster: try ControlledCluster(configuration))
            try await Servers.run(service, logger: Console.logger("cluster"))
        }

        /// The arguments for the process that stays.
        private var arguments: [String] {
            var arguments = ["cluster", "up", "--data", self.location.directory.path, "--nodes", "\(self.nodes)"]
            arguments += ["--port", "\(self.port)"] + self.rules.arguments
            if self.reset { arguments.append("--reset") }
            if self.simulated { arguments.append("--simulated") }
            return arguments
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Says whether a cluster is up, and where things are.")

        @OptionGroup var location: Location

        func run() async throws {
            let directory = self.location.directory
            guard let owner = directory.owner else {
                print("no cluster is running in \(directory.path)")
                throw ExitCode(1)
            }
            print("running in \(directory.path) (process \(owner))")
            print(try ClusterGreeting(directory).text)
        }
    }

    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stops a cluster; its folder stays.")

        @OptionGroup var location: Location

        func run() async throws {
            try await DetachedCluster(self.location.directory).stop()
        }
    }
}

/// A cluster in the foreground.
private struct ClusterService: Service {
    let cluster: ControlledCluster

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await self.cluster.run { description in
                    let directory = self.cluster.configuration.directory
                    try ClusterGreeting(directory).write(description)
                    print(try ClusterGreeting(directory).text)
                }
            } catch is CancellationError {
                return  // Ctrl-C: everything is down
            }
        }
    }
}
