// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Foundation
import JSON
import KubernetesAPI
import NIOCore

/// A runtime with images of `sh` in a folder that goes with it.
struct RuntimeWorld {
    let directory: TemporaryDirectory
    let runtime: LoopbackRuntime

    /// The original of what the image `copied` has at `/opt/it`.
    var imageDirectory: String { "\(self.directory.path)/image" }

    init() throws {
        self.directory = try TemporaryDirectory()
        let image = "\(self.directory.path)/image"
        try FileManager.default.createDirectory(atPath: image, withIntermediateDirectories: true)
        for (name, mode) in [("file", 0o644), ("tool", 0o755)] {
            try "#!/bin/sh\n".write(toFile: "\(image)/\(name)", atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(image)/\(name)")
        }
        self.runtime = LoopbackRuntime(
            configuration: .init(
                dataDirectory: self.directory.path,
                catalog: ImageCatalog(images: [
                    LocalImage(
                        name: "shell",
                        references: ["sh"],
                        bin: ["/first"],
                        paths: ["/image": "/on/host"],
                        environment: ["FROM_IMAGE": "yes"],
                        command: ["sh", "-c", "exit 5"],
                        program: "sh"
                    ),
                    LocalImage(name: "copied", references: ["copied"], bin: [image], copies: ["/opt/it": image]),
                    LocalImage(name: "absent", references: ["absent"], program: "no-such-program"),
                ]),
                shim: Shim.path,
                seatrial: "/bin/seatrial",
                podAddressPrefix: "127.99.1.",
                hostAddress: "127.99.255.1",
                clusterDNS: "127.99.240.10:10053"
            )
        )
    }

    func pod(_ container: JSONValue = [:], name: String = "web-0", spec: JSONValue = [:]) -> Pod {
        var container = container
        container["name"] = "app"
        if container["image"] == nil { container["image"] = "sh" }
        var spec = spec
        spec["containers"] = [container]
        spec["nodeName"] = "node-1"
        return Pod(json: [
            "metadata": [
                "name": .string(name), "namespace": "default", "uid": .string("uid-\(name)"),
                "labels": ["app": "web"],
            ],
            "spec": spec,
        ])
    }

    /// Runs the pod's container to its end and returns how it ended.
    func run(_ pod: Pod, inputs: PodInputs = PodInputs(), attempt: Int = 0) async throws -> ProcessExit {
        _ = try await self.runtime.createSandbox(of: pod, inputs: inputs)
        let (exits, continuation) = AsyncStream<ProcessExit>.makeStream()
        _ = try await self.runtime.start(pod.spec.containers[0], attempt: attempt, in: PodIdentity(of: pod)) {
            continuation.yield($0)
            continuation.finish()
        }
        for await exit in exits { return exit }
        throw CancellationError()
    }

    func log(_ pod: Pod, _ change: (inout LogOptions) -> Void = { _ in }) async throws -> String {
        var options = LogOptions()
        change(&options)
        var text = ""
        for try await chunk in try await self.runtime.log(of: "app", in: PodIdentity(of: pod), options: options) {
            text += String(buffer: chunk)
        }
        return text
    }
}
