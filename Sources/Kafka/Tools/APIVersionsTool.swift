// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaClient

/// kafka-broker-api-versions.sh: which requests each broker answers. Manifests use it as a probe, so it fails when the
/// named broker does not answer, whatever the others do.
struct APIVersionsTool: Sendable {
    var surroundings: KafkaTools.Surroundings
    var io: ToolIO

    func run(_ arguments: [String]) async throws {
        let arguments = try ToolArguments(
            arguments,
            options: [
                .init(name: "bootstrap-server", aliases: ["-b"]), .init(name: "command-config", hasEffect: false),
            ]
        )
        self.io.remark(try arguments.withoutEffect())
        let client = try await self.surroundings.client(arguments)
        let resolver = self.surroundings.resolver
        let named = client.bootstrapServers.split(separator: ",").compactMap(BrokerAddress.init)
        guard let first = named.first else {
            throw ToolError.usage("--bootstrap-server \(client.bootstrapServers): expected host:port")
        }
        let own = try await DedicatedThread.run("api-versions") { try first.apiVersions(resolver: resolver) }
        let admin = try KafkaAdmin(client, limit: .seconds(5))
        let brokers: [ClusterMetadata.Broker]
        do {
            brokers = try await admin.metadata(topics: []).brokers
            await admin.close()
        } catch {
            await admin.close()
            throw error
        }
        for broker in brokers {
            let address = BrokerAddress(host: broker.host, port: broker.port)
            let head = "\(broker.host):\(broker.port) (id: \(broker.id) rack: null) -> "
            do {
                let versions =
                    address == first
                    ? own
                    : try await DedicatedThread.run("api-versions") { try address.apiVersions(resolver: resolver) }
                self.io.print(head + "(\n" + versions.map { "\t\($0)" }.joined(separator: ",\n") + "\n)")
            } catch {
                self.io.print(head + "ERROR: \(error)")
            }
        }
    }
}
