// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI
import NIOCore
import Synchronization

extension LoopbackRuntime {
    public func perform(
        _ action: ProbeAction,
        in container: Container,
        of pod: PodIdentity,
        timeout: Duration
    ) async -> ProbeOutcome {
        let sandbox: Sandbox
        do { sandbox = try self.sandbox(of: pod) } catch { return .error(message: error.message) }
        switch action {
        case .exec(let command):
            guard let running = sandbox.running[container.name] else {
                return .error(message: "container \(container.name) is not running")
            }
            let launch = ShimLaunch(
                command: command.map { running.rewriter.rewrite($0) },
                environment: running.environment,
                directory: running.directory
            )
            let exec = ExecProbe(shim: self.configuration.shim, group: self.group, pool: self.pool)
            return await exec.run(launch, shown: command, timeout: timeout) { process in
                self.adopt(process, by: container.name, attempt: running.attempt, in: pod)
            }
        case .tcpSocket(let host, let port):
            return await TCPProbe(group: self.group).run(host: host ?? sandbox.address, port: port, timeout: timeout)
        case .httpGet(let host, let port, let path, let headers, let isTLS):
            guard !isTLS else { return .error(message: "HTTPS probes are not supported by a controlled cluster") }
            let probe = HTTPProbe(host: host ?? sandbox.address, port: port, path: path, headers: headers)
            return await probe.run(group: self.group, timeout: timeout)
        }
    }

    public func exec(
        _ command: [String],
        in container: String,
        of pod: PodIdentity,
        input: Bool,
        terminal: Bool
    ) async throws -> ContainerSession {
        guard let running = try self.sandbox(of: pod).running[container] else {
            throw RuntimeError(.notFound, "container not found (\"\(container)\")")
        }
        var environment = running.environment
        if terminal, environment["TERM"] == nil { environment["TERM"] = "xterm" }
        let process = try await ShimProcess.start(
            shim: self.configuration.shim,
            launch: ShimLaunch(
                command: SessionCommand(command).rewritten(by: running.rewriter),
                environment: environment,
                directory: running.directory,
                streams: .init(input: input, terminal: terminal)
            ),
            group: self.group,
            pool: self.pool
        )
        guard let streams = process.streams else { throw RuntimeError(.startFailed, "the process has no streams") }
        self.adopt(process, by: container, attempt: running.attempt, in: pod)
        return ContainerSession(process, streams, ownsProcess: true, endsInput: true)
    }

    public func attach(to container: String, of pod: PodIdentity) async throws -> ContainerSession? {
        let sandbox = try self.sandbox(of: pod)
        guard let running = sandbox.running[container] else {
            throw RuntimeError(.notFound, "container not found (\"\(container)\")")
        }
        guard let streams = running.process.streams else { return nil }
        let all = sandbox.pod.spec.containers + sandbox.pod.spec.initContainers
        let endsInput = all.first { $0.name == container }?.json["stdinOnce"]?.bool ?? false
        return ContainerSession(running.process, streams, ownsProcess: false, endsInput: endsInput)
    }

    /// Makes a process part of a container's life: it ends when the container does.
    private func adopt(_ process: ShimProcess, by container: String, attempt: Int, in pod: PodIdentity) {
        let number = self.state.withLock { state -> Int? in
            guard state.sandboxes[pod]?.running[container]?.attempt == attempt else { return nil }
            state.numbers += 1
            state.sandboxes[pod]?.running[container]?.others[state.numbers] = process
            return state.numbers
        }
        guard let number else { return process.close() }  // the container ended meanwhile
        process.gone.whenComplete { _ in
            self.state.withLock { state in
                state.sandboxes[pod]?.running[container]?.others[number] = nil
            }
        }
    }
}
