// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import KubernetesAPI
public import KubernetesClient
import NIOCore

extension Kubelet: ContainerStreamer {
    public func exec(
        _ command: [String],
        in target: ContainerTarget,
        streams: ContainerStreams
    ) async throws -> ContainerExit {
        let session: ContainerSession
        do {
            session = try await self.runtime.exec(
                command,
                in: target.container,
                of: target.identity,
                input: streams.standardInput != nil,
                terminal: streams.hasTerminal
            )
        } catch let error as RuntimeError where error.code == .startFailed {
            throw ExecFailure(cause: error.message)
        }
        return try await StreamRelay(session: session, streams: streams).run()
    }

    public func attach(
        to target: ContainerTarget,
        streams: ContainerStreams
    ) async throws -> ContainerExit {
        if let session = try await self.runtime.attach(to: target.container, of: target.identity) {
            _ = try await StreamRelay(session: session, streams: streams).run()
            // A container that ends ends the streams, and that is no failure of theirs: its exit code is in the pod's status.
            return ContainerExit(code: 0)
        }
        // What a container without open streams prints is in its log.
        var options = LogOptions()
        (options.follow, options.tailLines) = (true, 0)
        let log = try await self.runtime.log(of: target.container, in: target.identity, options: options)
        for try await chunk in log { try await streams.write(.standardOutput, chunk) }
        return ContainerExit(code: 0)
    }
}

/// A command that could not be started, in the words of containerd, which users of Kubernetes know.
private struct ExecFailure: Error, CustomStringConvertible {
    let cause: String

    var description: String {
        "error executing command in container: failed to exec in container: OCI runtime exec failed: exec failed: "
            + "\(self.cause): unknown"
    }
}

extension ContainerTarget {
    fileprivate var identity: PodIdentity {
        PodIdentity(namespace: self.namespace, name: self.pod, uid: self.uid)
    }
}

/// Joins a client's streams with a session until the process ends or the client goes.
private struct StreamRelay {
    let session: ContainerSession
    let streams: ContainerStreams

    func run() async throws -> ContainerExit {
        do {
            let code = try await self.relay()
            await self.session.close()
            return ContainerExit(code: code)
        } catch {
            await self.session.close()  // the client has gone: a command of its goes, too
            throw error
        }
    }

    private func relay() async throws -> Int32 {
        let (session, streams) = (self.session, self.streams)
        return try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask {
                try await session.forEachOutput { output in
                    try await streams.write(output.isError ? .standardError : .standardOutput, output.bytes)
                }.code
            }
            group.addTask {
                guard let input = streams.standardInput else { return nil }
                for await bytes in input { await session.write(bytes) }
                guard !Task.isCancelled else { return nil }
                await session.endInput()
                return nil
            }
            group.addTask {
                for await size in streams.sizes { session.resize(rows: size.height, columns: size.width) }
                return nil
            }
            defer { group.cancelAll() }
            for try await code in group {
                if let code { return code }
            }
            throw CancellationError()
        }
    }
}
