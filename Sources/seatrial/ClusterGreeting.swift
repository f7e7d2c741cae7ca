// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Cluster
import Foundation
import JSON

/// What a running cluster tells people: where things are, and what to type next.
struct ClusterGreeting {
    let directory: ClusterDirectory

    init(_ directory: ClusterDirectory) {
        self.directory = directory
    }

    func write(_ description: ControlledCluster.Description) throws {
        var json: JSONValue = ["server": .string(description.server)]
        json["dns"] = description.dns.map(JSONValue.string)
        json["nodes"] = .array(description.nodes.map(JSONValue.string))
        json["kubeconfig"] = .string(self.directory.kubeconfig)
        let text = JSONWriter(escapesHTML: false, indentation: 2).string(of: json) + "\n"
        try text.write(toFile: self.directory.description, atomically: true, encoding: .utf8)
    }

    /// - Throws: when the cluster has not written its description.
    var text: String {
        get throws {
            let bytes = try Data(contentsOf: URL(filePath: self.directory.description))
            let json = try JSONValue(parsing: Array(bytes))
            let nodes = json["nodes"]?.array?.count ?? 0
            return """
                API server   \(json["server"]?.string ?? "")
                kubeconfig   \(self.directory.kubeconfig)
                cluster DNS  \(json["dns"]?.string ?? "none")
                nodes        \(nodes)

                Next:
                  export KUBECONFIG=\(self.directory.kubeconfig)
                  kubectl apply -f Manifests/zookeeper.yaml -f Manifests/kafka.yaml
                  kubectl get pods -w
                """
        }
    }
}
