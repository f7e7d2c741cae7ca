// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// A stream of a pod that can be served.
enum PodStream: Sendable {
    case exec(ContainerTarget, StreamOptions, any ContainerStreamer)
    case attach(ContainerTarget, StreamOptions, any ContainerStreamer)
    /// The pod's address: its ports are reached there.
    case portForward(address: String)
}

extension APIServer {
    /// Finds what exec, attach or port-forward is about.
    /// - Throws: 404 without the pod; 400 without a node or with options that make no sense; 500 without kubelets.
    func openStream(_ request: PodStreamRequest) throws(StatusError) -> PodStream {
        let key = ObjectKey(namespace: request.namespace, name: request.pod)
        guard let pod = self.store.object(key, of: .pods) else { throw .notFound(.pods, name: request.pod) }
        let node = pod["spec", "nodeName"]?.string ?? ""
        guard !node.isEmpty else { throw .badRequest("pod \(request.pod) does not have a host assigned") }
        if request.subresource == "portforward" {
            let phase = pod["status", "phase"]?.string ?? ""
            guard let address = pod["status", "podIP"]?.string, !address.isEmpty, phase == "Running" else {
                throw .badRequest("unable to forward port because pod is not running. Current status=\(phase)")
            }
            return .portForward(address: address)
        }
        let options = StreamOptions(query: APIRoute.queryItems(request.query[...]))
        let container = try Self.container(options.container, of: pod)
        guard options.hasInput || !options.outputs.isEmpty else {
            throw .badRequest("you must specify at least 1 of stdin, stdout, stderr")
        }
        let isExec = request.subresource == "exec"
        if isExec, options.command.isEmpty { throw .badRequest("you must specify at least 1 command") }
        guard let streamer = self.configuration.containerStreamer else {
            let path =
                "\(node):\(Self.kubeletPort)/\(request.subresource)/\(request.namespace)/\(request.pod)/\(container)"
            throw .internalError("error sending request: Post \"http://\(path)\": this server reaches no kubelets")
        }
        let target = ContainerTarget(
            node: node,
            namespace: request.namespace,
            pod: request.pod,
            uid: pod.uid,
            container: container
        )
        return isExec ? .exec(target, options, streamer) : .attach(target, options, streamer)
    }
}
