// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import NIOCore
import NameResolution
import ZooKeeperClient

/// Brokers as they register in ZooKeeper: for tools of old that are told only where ZooKeeper is.
enum BrokerDirectory {
    /// The addresses of all registered brokers.
    static func bootstrapServers(zooKeeper: String, resolver: Resolver) async throws -> String {
        let configuration = ZooKeeperClient.Configuration(servers: zooKeeper, resolver: resolver)
        let client = try await ZooKeeperClient.connect(configuration, timeout: .seconds(10))
        do {
            var servers: [String] = []
            for id in try await client.children("/brokers/ids") {
                // A broker may go between the two calls; the others are enough.
                guard try await client.exists("/brokers/ids/\(id)") != nil else { continue }
                let (data, _) = try await client.get("/brokers/ids/\(id)")
                let broker = try JSONValue(parsing: data.readableBytesView)
                if let host = broker["host"]?.string, let port = broker["port"]?.integer {
                    servers.append("\(host):\(port)")
                }
            }
            await client.close()
            guard !servers.isEmpty else {
                throw ToolError.failed("no broker is registered in ZooKeeper at \(zooKeeper) (/brokers/ids is empty)")
            }
            return servers.joined(separator: ",")
        } catch {
            await client.close()
            throw error
        }
    }
}
