// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import KubernetesAPI

/// A pod's place on this machine: its address, its directories and what runs in it.
struct Sandbox {
    /// A container that was started: what probes, hooks and sessions of it need.
    struct Running {
        var attempt: Int
        var process: ShimProcess
        var environment: [String: String]
        var rewriter: PathRewriter
        var directory: String
        /// Probes, hooks and sessions inside it, by a number: they end with it.
        var others: [Int: ShimProcess] = [:]
    }

    /// The files under `/etc` that a pod has of its own.
    static let etcFiles = ["hostname", "hosts", "resolv.conf"]

    let facts: DownwardAPI
    let inputs: PodInputs
    /// The pod's own directory, removed with the pod.
    let podDirectory: String
    /// Where the logs of its containers are; they outlive the pod, as evidence.
    let logDirectory: String
    /// The directory of each volume.
    let volumes: [String: String]
    /// By the container's name; absent once it has ended.
    var running: [String: Running] = [:]

    var pod: Pod { self.facts.pod }
    var address: String { self.facts.address }

    /// The directory that stands for a container's `/`.
    func root(of container: String) -> String { "\(self.podDirectory)/root/\(container)" }

    /// Writes the pod's own files under `/etc`. Blocks.
    func writeEtc(dns: String?) throws(RuntimeError) {
        let directory = "\(self.podDirectory)/etc"
        try VolumeMounter.make(directory)
        let (name, namespace) = (self.facts.hostname, self.pod.metadata.namespace)
        let subdomain = self.pod.spec.subdomain
        let full = subdomain.isEmpty ? "" : "\(name).\(subdomain).\(namespace).svc.cluster.local\t"
        let server = (dns ?? "").prefix { $0 != ":" }
        let search = "\(namespace).svc.cluster.local svc.cluster.local cluster.local"
        let texts = [
            "hostname": "\(name)\n",
            "hosts": "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n\(self.address)\t\(full)\(name)\n",
            "resolv.conf": "search \(search)\nnameserver \(server)\noptions ndots:5\n",
        ]
        for file in Self.etcFiles {
            do {
                try Data((texts[file] ?? "").utf8).write(to: URL(filePath: "\(directory)/\(file)"))
            } catch {
                throw RuntimeError(.mountFailed, "cannot write \(directory)/\(file): \(error)")
            }
        }
    }
}
