// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import ImagePrograms
import NameResolution
import ServiceLifecycle

/// `seatrial image-program`: the small servers and tools that the images under `Harness/images` run.
struct ImageProgramCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image-program",
        abstract: "Runs a program of an image.",
        shouldDisplay: false,
        subcommands: [Web.self, Exporter.self, Nslookup.self, Address.self]
    )

    /// A listening address as images' options have it: `:9100`, `0.0.0.0:80` or `127.0.0.1:80`.
    private static func host(_ host: Substring) -> String {
        let own = ProcessInfo.processInfo.environment["POD_IP"] ?? "127.0.0.1"
        return ["", "0.0.0.0", "127.0.0.1", "localhost", "*"].contains(host) ? own : String(host)
    }

    struct Web: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Serves the files of a folder.")

        @Option(help: "The folder.") var root: String
        @Option(help: "The port.") var port = 80
        @Option(help: "What the server calls itself.") var name = "nginx"

        func run() async throws {
            // Written at once: what is printed into a pipe would wait for more.
            let server = WebServer(root: self.root, name: self.name) { line in
                FileHandle.standardOutput.write(Data((line + "\n").utf8))
            }
            let service = HTTPService(host: ImageProgramCommand.host(""), port: self.port) { head, remote in
                server.answer(head, from: remote)
            }
            try await ImageService(service).serve("web")
        }
    }

    struct Exporter: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Serves the machine's figures to Prometheus.")

        @Argument(parsing: .captureForPassthrough, help: "Options of node_exporter.") var options: [String] = []

        func run() async throws {
            var (address, proc, ignored) = (":9100", "/proc", [String]())
            for option in self.options {
                let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
                switch parts[0].drop(while: { $0 == "-" }) {
                case "web.listen-address" where parts.count == 2: address = parts[1]
                case "path.procfs", "collector.procfs":
                    // A host's /proc mounted elsewhere is this machine's.
                    if parts.count == 2, FileManager.default.fileExists(atPath: "\(parts[1])/stat") { proc = parts[1] }
                case _: ignored.append(option)
                }
            }
            if !ignored.isEmpty { print("without effect: \(ignored.joined(separator: " "))") }
            let colon = address.lastIndex(of: ":") ?? address.startIndex
            guard let port = Int(address[colon...].drop { $0 == ":" }) else {
                throw ValidationError("no port in the address \(address)")
            }
            let exporter = NodeExporter(proc: proc)
            let host = ImageProgramCommand.host(address[..<colon])
            let service = HTTPService(host: host, port: port) { head, _ in exporter.answer(head) }
            try await ImageService(service).serve("node-exporter")
        }
    }

    struct Nslookup: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Looks a name up.")

        @Argument var name: String
        @Argument(help: "A server; the cluster's is asked all the same.") var server: String?

        func run() throws {
            let resolver = Resolver(environment: ProcessInfo.processInfo.environment)
            let (text, status) = NameLookup.nslookup(self.name, resolver: resolver)
            print(text, terminator: "")
            throw ExitCode(status)
        }
    }

    struct Address: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prints the first address of a name.")

        @Argument var name: String

        func run() throws {
            let resolver = Resolver(environment: ProcessInfo.processInfo.environment)
            guard let address = NameLookup.address(of: self.name, resolver: resolver) else { throw ExitCode(1) }
            print(address)
        }
    }
}

/// A server of an image, which ends with SIGTERM.
private struct ImageService: Service {
    private let service: HTTPService

    init(_ service: HTTPService) {
        self.service = service
    }

    func serve(_ label: String) async throws {
        try await Servers.run(self, logger: Console.logger(label))
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await self.service.run { host, port in
                FileHandle.standardOutput.write(Data("listening on \(host):\(port)\n".utf8))
            }
        }
    }
}
