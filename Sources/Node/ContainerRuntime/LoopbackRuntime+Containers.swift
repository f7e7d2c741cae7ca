// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
public import KubernetesAPI
import NIOCore
import NIOPosix
import Synchronization

extension LoopbackRuntime {
    public func start(
        _ container: Container,
        attempt: Int,
        in pod: PodIdentity,
        onExit: @escaping @Sendable (ProcessExit) -> Void
    ) async throws -> String {
        let sandbox = try self.sandbox(of: pod)
        let image = try self.image(container.image)
        let (place, running) = try await self.prepare(container, of: image, in: sandbox)
        let logDirectory = "\(sandbox.logDirectory)/\(container.name)"
        let command = try Self.command(of: container, image: image).map {
            running.rewriter.rewrite(VariableExpansion.expand($0, place.environment))
        }
        try await self.pool.runIfActive {
            try VolumeMounter.make(logDirectory)
            if running.directory.hasPrefix(place.root) { try VolumeMounter.make(running.directory) }
        }
        let isStreamed = container.stdin || container.tty
        let log = "\(logDirectory)/\(attempt).log"
        let process = try await ShimProcess.start(
            shim: self.configuration.shim,
            launch: ShimLaunch(
                command: command,
                environment: running.environment,
                directory: running.directory,
                log: log,
                streams: isStreamed ? .init(input: container.stdin, terminal: container.tty) : nil
            ),
            group: self.group,
            pool: self.pool
        )
        self.state.withLock { state in
            state.sandboxes[pod]?.running[container.name] = Sandbox.Running(
                attempt: attempt,
                process: process,
                environment: running.environment,
                rewriter: running.rewriter,
                directory: running.directory
            )
        }
        let message = TerminationMessage(
            file: place.messageFile,
            log: container.terminationMessagePolicy == "FallbackToLogsOnError" ? log : nil
        )
        process.gone.flatMap { exit in
            self.pool.runIfActive(eventLoop: process.gone.eventLoop) { message.added(to: exit) }
        }.whenComplete { result in
            self.forget(container.name, attempt: attempt, in: pod)
            switch result {
            case .success(let exit): onExit(exit)
            case .failure: onExit(ProcessExit(code: 137, signal: 9))  // the pool is shut down: we are ending
            }
        }
        return "seatrial://\(pod.uid)-\(container.name)-\(attempt)"
    }

    /// What a container's processes need, before there are any.
    private struct Preparation: Sendable {
        var environment: [String: String]
        var rewriter: PathRewriter
        var directory: String
    }

    /// Makes a container's place and environment.
    private func prepare(
        _ container: Container,
        of image: LocalImage,
        in sandbox: Sandbox
    ) async throws -> (ContainerPlace, Preparation) {
        var place = ContainerPlace(sandbox: sandbox, container: container, image: image, environment: [:])
        let base = self.baseEnvironment(of: place)
        let builder = EnvironmentBuilder(facts: sandbox.facts, inputs: sandbox.inputs, base: base)
        place.environment = try builder.environment(of: container, image: image)
        let made = place
        let rewriter = try await self.pool.runIfActive { try made.make() }
        // What the cluster sets are paths of this machine already.
        var environment = place.environment
        for (name, value) in environment where base[name] != value { environment[name] = rewriter.rewrite(value) }
        if container.tty, environment["TERM"] == nil { environment["TERM"] = "xterm" }
        let directory = Self.directory(of: container, in: place, rewriter: rewriter)
        return (place, Preparation(environment: environment, rewriter: rewriter, directory: directory))
    }

    /// A container has ended: what ran inside it ends as well.
    private func forget(_ container: String, attempt: Int, in pod: PodIdentity) {
        let others = self.state.withLock { state -> [ShimProcess] in
            guard let running = state.sandboxes[pod]?.running[container], running.attempt == attempt else { return [] }
            state.sandboxes[pod]?.running[container] = nil
            return Array(running.others.values)
        }
        for process in others { process.close() }
    }

    private static func command(of container: Container, image: LocalImage) throws(RuntimeError) -> [String] {
        let (command, arguments) = (container.command, container.args)
        let result =
            command.isEmpty
            ? image.entrypoint + (arguments.isEmpty ? image.command : arguments) : command + arguments
        guard !result.isEmpty else {
            throw RuntimeError(.startFailed, "no command specified, and the image \(image.name) has none")
        }
        return result
    }

    private static func directory(of container: Container, in place: ContainerPlace, rewriter: PathRewriter) -> String {
        guard !container.workingDir.isEmpty else { return place.root }
        let rewritten = rewriter.rewrite(container.workingDir)
        return rewritten == container.workingDir ? place.root + rewritten : rewritten
    }

    private func baseEnvironment(of place: ContainerPlace) -> [String: String] {
        let namespace = place.sandbox.pod.metadata.namespace
        var result = [
            "PATH": (place.bin + [ProgramPath.folders.joined(separator: ":")]).joined(separator: ":"),
            "HOME": place.root,
            "TMPDIR": "\(place.root)/tmp",
            "LANG": "C.UTF-8",
            // The backtracer of Swift's runtime can hang for minutes, and a crash must be a crash.
            "SWIFT_BACKTRACE": "enable=no",
            "CLUSTER_DNS_SEARCH": "\(namespace).svc.cluster.local,svc.cluster.local,cluster.local",
        ]
        result["SEATRIAL"] = self.configuration.seatrial
        result["CLUSTER_DNS"] = self.configuration.clusterDNS
        return result
    }
}
