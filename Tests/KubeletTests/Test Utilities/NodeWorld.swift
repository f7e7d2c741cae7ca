// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import ContainerRuntime
import Foundation
import JSON
import Kubelet
import KubernetesAPI
import KubernetesClient
import NIOCore
import NIOPosix
import Testing

/// A real API server in this process, one node with its own addresses, and its kubelet.
final class NodeWorld: Sendable {
    let client: KubernetesClient
    let block: AddressBlock
    let directory: String

    init() throws {
        self.client = KubernetesClient(InProcessTransport(APIServer()))
        self.block = try AddressBlock.claim()
        self.directory = NSTemporaryDirectory() + "seatrial-" + UUID().uuidString
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.directory)  // absent when no pod ran
    }

    /// The shim that was built beside these tests.
    static let shim: String = {
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: executable).deletingLastPathComponent().path + "/container-shim"
    }()

    func loopbackRuntime() -> LoopbackRuntime {
        LoopbackRuntime(
            configuration: .init(
                dataDirectory: self.directory,
                catalog: ImageCatalog(images: [LocalImage(name: "shell", references: ["busybox"], program: "sh")]),
                shim: Self.shim,
                podAddressPrefix: self.block.podPrefix(1),
                hostAddress: self.block.nodeAddress(1)
            )
        )
    }

    func kubelet(_ runtime: any PodRuntime) -> Kubelet {
        let configuration = NodeConfiguration(
            name: "node-1",
            address: self.block.nodeAddress(1),
            backoffInitial: .milliseconds(100)
        )
        return Kubelet(configuration: configuration, client: self.client, runtime: runtime)
    }

    /// Runs a kubelet for as long as the body takes.
    func withKubelet(_ runtime: any PodRuntime, _ body: @Sendable @escaping () async throws -> Void) async throws {
        try await self.with(self.kubelet(runtime), body)
    }

    /// Runs a kubelet for as long as the body takes.
    func with(_ kubelet: Kubelet, _ body: @Sendable @escaping () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await kubelet.run()
                return false
            }
            group.addTask {
                try await body()
                return true
            }
            while let isBody = try await group.next() {
                if isBody { break }
            }
            group.cancelAll()
        }
    }

    func create(_ name: String, _ container: JSONValue, spec: JSONValue = [:]) async throws -> Pod {
        var container = container
        container["name"] = "app"
        container["image"] = "busybox"
        var spec = spec
        spec["nodeName"] = "node-1"
        spec["containers"] = [container]
        return try await self.client.create(
            Pod(json: [
                "apiVersion": "v1", "kind": "Pod",
                "metadata": ["name": .string(name), "namespace": "default"], "spec": spec,
            ])
        )
    }

    /// Watches until all pods together are as wanted, and returns them.
    @discardableResult
    func pods(until isDone: ([Pod]) -> Bool) async throws -> [Pod] {
        try await self.objects(Pod.self, until: isDone)
    }

    /// Watches until the objects of a kind are as wanted, and returns them.
    @discardableResult
    func objects<Object: KubernetesObject>(
        _ type: Object.Type,
        until isDone: ([Object]) -> Bool
    ) async throws -> [Object] {
        let list = try await self.client.list(type)
        var known = Dictionary(uniqueKeysWithValues: list.items.map { ($0.metadata.name, $0) })
        func sorted() -> [Object] { known.sorted { $0.key < $1.key }.map(\.value) }
        if isDone(sorted()) { return sorted() }
        for try await event in try await self.client.watch(type, resourceVersion: list.resourceVersion) {
            switch event {
            case .added(let object), .modified(let object):
                known[Object(json: object).metadata.name] = Object(json: object)
            case .deleted(let object): known[Object(json: object).metadata.name] = nil
            case .bookmark: continue
            case .error(let status): throw StatusError(json: status, code: 500)
            }
            if isDone(sorted()) { return sorted() }
        }
        throw CancellationError()
    }

    /// What the kubelet answers to a request, head and body.
    func get(_ target: String) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: self.block.nodeAddress(1), port: 10250) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let head = "GET \(target) HTTP/1.1\r\nHost: node-1\r\nConnection: close\r\n\r\n"
            try await outbound.write(ByteBuffer(string: head))
            var text = ""
            for try await bytes in inbound { text += String(buffer: bytes) }
            return text
        }
    }
}
