// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaCluster
import KafkaProtocol
import NIOCore

/// The requests that brokers send each other, in the one version that all of ours speak.
enum PeerCodec {
    typealias Encoded = (
        api: APIKey, version: Int16, frame: ByteBuffer, decode: (inout ByteBuffer, Int16) throws -> KafkaResponse
    )

    static func encode(_ request: KafkaRequest, correlationID: Int32) throws -> Encoded {
        switch request {
        case .fetch(let body): try self.encode(body, 12, correlationID, KafkaResponse.fetch)
        case .leaderAndIsr(let body): try self.encode(body, 5, correlationID, KafkaResponse.leaderAndIsr)
        case .stopReplica(let body): try self.encode(body, 3, correlationID, KafkaResponse.stopReplica)
        case .updateMetadata(let body): try self.encode(body, 7, correlationID, KafkaResponse.updateMetadata)
        case .controlledShutdown(let body): try self.encode(body, 3, correlationID, KafkaResponse.controlledShutdown)
        case .alterPartition(let body): try self.encode(body, 0, correlationID, KafkaResponse.alterPartition)
        case .produce, .listOffsets, .metadata, .offsetCommit, .offsetFetch, .findCoordinator, .joinGroup, .heartbeat,
            .leaveGroup, .syncGroup, .describeGroups, .listGroups, .apiVersions, .createTopics, .deleteTopics,
            .initProducerId, .offsetForLeaderEpoch, .describeConfigs, .createPartitions, .deleteGroups,
            .electLeaders:
            throw WireError(.unsupportedVersion, "brokers do not send each other this kind of request")
        }
    }

    private static func encode<Request: RequestMessage>(
        _ request: Request,
        _ version: Int16,
        _ correlationID: Int32,
        _ wrap: @escaping (Request.Response) -> KafkaResponse
    ) throws -> Encoded {
        let frame = try Frame.request(request, version: version, correlationId: correlationID, clientId: "broker")
        return (Request.apiKey, version, frame, { buffer, version in wrap(try .init(from: &buffer, version: version)) })
    }
}
