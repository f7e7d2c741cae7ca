// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaCluster
import KafkaProtocol
import NIOCore

/// A kind of request as this broker serves it: its versions, and how its bytes become an event and an answer.
struct API: Sendable {
    let key: APIKey
    /// The versions that ApiVersions tells.
    let versions: ClosedRange<Int16>
    /// Versions before this one are told, since clients derive features from them, but refused.
    let oldestServed: Int16
    let decode: @Sendable (inout ByteBuffer, Int16) throws -> KafkaRequest
    /// The frame of a response; nil when the response is of another kind.
    let encode:
        @Sendable (KafkaResponse, Int16, Int32) throws -> (bytes: ByteBuffer, external: [ExternalRecords.Placement])?
    /// The answer to a version that is refused; nil when there is none to give.
    let unsupported: @Sendable (KafkaRequest) -> KafkaResponse?

    init<Request: RequestMessage>(
        _ type: Request.Type,
        versions: ClosedRange<Int16>,
        request: @escaping @Sendable (Request) -> KafkaRequest,
        response: @escaping @Sendable (KafkaResponse) -> Request.Response?,
        oldestServed: Int16 = 0,
        unsupported: @escaping @Sendable (KafkaRequest) -> KafkaResponse? = { _ in nil }
    ) {
        self.key = Request.apiKey
        self.versions = versions
        self.oldestServed = oldestServed
        self.decode = { buffer, version in request(try Request(from: &buffer, version: version)) }
        self.encode = { value, version, correlationID in
            guard let body = response(value) else { return nil }
            return try Frame.response(body, version: version, correlationId: correlationID)
        }
        self.unsupported = unsupported
    }

    /// Every kind that is served, ascending; ApiVersions answers from it.
    static let all: [API] = [
        .produce,
        .fetch,
        .listOffsets,
        .metadata,
        .leaderAndIsr,
        .stopReplica,
        .updateMetadata,
        .controlledShutdown,
        .offsetCommit,
        .offsetFetch,
        .findCoordinator,
        .joinGroup,
        .heartbeat,
        .leaveGroup,
        .syncGroup,
        .describeGroups,
        .listGroups,
        .apiVersions,
        .createTopics,
        .deleteTopics,
        .initProducerId,
        .offsetForLeaderEpoch,
        .describeConfigs,
        .createPartitions,
        .deleteGroups,
        .electLeaders,
        .alterPartition,
    ]

    private static let byKey: [API?] = {
        var table = [API?](repeating: nil, count: Int(API.all.map(\.key.rawValue).max() ?? 0) + 1)
        for api in API.all { table[Int(api.key.rawValue)] = api }
        return table
    }()

    /// The kind of that key, if it is served.
    static func of(_ key: APIKey) -> API? {
        key.rawValue >= 0 && Int(key.rawValue) < Self.byKey.count ? Self.byKey[Int(key.rawValue)] : nil
    }

    /// What ApiVersions answers.
    static func versions(error: ErrorCode = .none) -> ApiVersionsResponse {
        var response = ApiVersionsResponse()
        response.errorCode = error
        response.apiKeys = API.all.map { api in
            .init {
                $0.apiKey = api.key.rawValue
                $0.minVersion = api.versions.lowerBound
                $0.maxVersion = api.versions.upperBound
            }
        }
        return response
    }
}
