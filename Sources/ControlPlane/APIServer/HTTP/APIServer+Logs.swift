// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
package import KubernetesAPI
package import KubernetesClient
import NIOCore

extension APIServer {
    /// The port of kubelets.
    static let kubeletPort = 10_250

    /// GET of `pods/NAME/log`: passed on to the kubelet of the pod's node.
    package func openLog(_ rest: RESTRequest) async throws(StatusError) -> KubeletAnswer {
        let request = try self.resolve(rest)
        guard let pod = self.store.object(request.key, of: request.stored) else { throw request.notFound }
        let container = try Self.container(rest.api.parameters["container"], of: pod)
        let node = pod["spec", "nodeName"]?.string ?? ""
        guard !node.isEmpty else {
            throw .badRequest("pod \(request.name) does not have a host assigned")
        }
        let addresses =
            self.store.object(ObjectKey(namespace: "", name: node), of: .nodes)?["status", "addresses"]?.array ?? []
        guard let address = addresses.first(where: { $0["type"]?.string == "InternalIP" })?["address"]?.string else {
            throw .internalError("no preferred addresses found; known addresses: []")
        }
        guard let kubelets = self.configuration.kubelets else {
            throw .internalError("Get \"http://\(address):\(Self.kubeletPort)\": this server reaches no kubelets")
        }
        var forwarded = APIRequest(.get, request.stored)
        forwarded.parameters = rest.api.parameters
        forwarded.parameters["container"] = nil
        let query = forwarded.query
        let target =
            "/containerLogs/\(request.namespace)/\(request.name)/\(container)" + (query.isEmpty ? "" : "?\(query)")
        let answer: KubeletAnswer
        do {
            answer = try await kubelets.open(address: address, port: Self.kubeletPort, target: target)
        } catch {
            throw .internalError("Get \"http://\(address):\(Self.kubeletPort)\(target)\": \(error)")
        }
        guard answer.status >= 400 else { return answer }
        throw await Self.refusal(answer, address: address, target: target)
    }

    /// The container that is meant: the one that is named, or the only one.
    static func container(_ name: String?, of pod: JSONValue) throws(StatusError) -> String {
        let lists = ["initContainers", "containers", "ephemeralContainers"].map { pod["spec", $0]?.array ?? [] }
        let names = lists.map { $0.map { $0["name"]?.string ?? "" } }
        if let name, !name.isEmpty {
            guard names.contains(where: { $0.contains(name) }) else {
                throw .badRequest("container \(name) is not valid for pod \(pod.name)")
            }
            return name
        }
        if names[1].count == 1 { return names[1][0] }
        var message =
            "a container name must be specified for pod \(pod.name), choose one of: [\(names[1].joined(separator: " "))]"
        if !names[0].isEmpty { message += " or one of the init containers: [\(names[0].joined(separator: " "))]" }
        throw .badRequest(message)
    }

    /// A kubelet's refusal, its text kept.
    private static func refusal(_ answer: KubeletAnswer, address: String, target: String) async -> StatusError {
        var text = ByteBuffer()
        do {
            for try await var chunk in answer.body where text.readableBytes < 4_096 { text.writeBuffer(&chunk) }
        } catch {
            text.writeString(" (\(error))")
        }
        let message = String(buffer: text)
        switch answer.status {
        case 400: return .badRequest(message)
        case 404:
            return StatusError(
                code: 404,
                reason: "NotFound",
                message: "the server could not find the requested resource (\(message))",
                details: .init()
            )
        case _: return .internalError(message)
        }
    }
}
