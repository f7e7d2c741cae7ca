// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI

/// A pod's place on this machine: its address, its directories and what runs in it.
struct Sandbox {
    /// A container that was started: what probes and hooks of it need.
    struct Running {
        var attempt: Int
        var process: ShimProcess
        var environment: [String: String]
        var rewriter: PathRewriter
        var directory: String
    }

    let pod: Pod
    let address: String
    let inputs: PodInputs
    /// The directory that stands for the pod's `/`.
    let rootDirectory: String
    /// The pod's own directory, removed with the pod.
    let podDirectory: String
    /// Where the logs of its containers are; they outlive the pod, as evidence.
    let logDirectory: String
    /// The directory of each volume.
    let volumes: [String: String]
    /// By the container's name; absent once it has ended.
    var running: [String: Running] = [:]

    /// The paths of a container: its mounts, and what the image holds.
    func rewriter(for container: Container, image: LocalImage, environment: [String: String]) throws(RuntimeError)
        -> PathRewriter
    {
        var mappings: [(path: String, replacement: String)] = image.paths.map { ($0.key, $0.value) }
        for mount in container.volumeMounts {
            guard let directory = self.volumes[mount.name] else {
                throw RuntimeError(
                    .badConfiguration,
                    "volume \"\(mount.name)\" of a mount is not among the pod's volumes"
                )
            }
            let expression = mount.subPathExpr
            let sub = expression.isEmpty ? mount.subPath : VariableExpansion.expand(expression, environment)
            let place = sub.isEmpty ? directory : "\(directory)/\(try VolumeMounter.inside(sub))"
            mappings.append((mount.mountPath, place))
        }
        // Mounts hide what the image has at their paths: of equal paths the last counts, so it goes first.
        return PathRewriter(mappings.reversed())
    }
}
