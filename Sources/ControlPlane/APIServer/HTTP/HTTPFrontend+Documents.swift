// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient
import NIOCore
import NIOHTTP1

extension HTTPFrontend {
    /// Discovery, OpenAPI and the version.
    func document(_ route: APIRoute, accept: String?) throws(StatusError) -> HTTPAnswer {
        switch route {
        case .openAPIv2 where accept?.contains("proto-openapi") == true: return Self.openAPIv2AsProtobuf
        case .openAPIv2, .openAPIv3: return try self.openAPI(route)
        case .version: return try HTTPAnswer(APIResponse(status: 200, body: self.server.registry.version))
        case .groups, .group, .groupVersion, .health, .unknown, .resource: break
        }
        let negotiation = try Negotiation(accept: accept, isDiscovery: true, hasStreams: false)
        if case .groups(let isCore) = route, case .aggregatedDiscovery(let version) = negotiation.representation {
            let body = self.server.registry.aggregatedDiscovery(isCore: isCore, version: version)
            return try HTTPAnswer(
                APIResponse(status: 200, body: body),
                contentType: "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"
            )
        }
        guard let body = self.discovery(route) else {
            if case .groupVersion(let group, _) = route,
                group.isEmpty || self.server.registry.definitions.contains(where: { $0.group == group })
            {
                throw .pathNotFound()
            }
            return .pageNotFound
        }
        return try HTTPAnswer(APIResponse(status: 200, body: body), isYAML: negotiation.isYAML)
    }

    /// kubectl takes OpenAPI v2 only as protobuf, and asks for it for what v3 does not describe: a `List`, a kind that is not
    /// served. This document defines nothing, so that kubectl leaves the checks to the server.
    private static var openAPIv2AsProtobuf: HTTPAnswer {
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
        let info = field(1, Array("Kubernetes".utf8)) + field(2, Array("v1.36.2".utf8))
        let document = field(1, Array("2.0".utf8)) + field(2, info) + field(8, []) + field(9, [])
        return HTTPAnswer(
            status: 200,
            headers: ["Content-Type": "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"],
            body: .bytes(ByteBuffer(bytes: document))
        )
    }

    private func discovery(_ route: APIRoute) -> JSONValue? {
        let registry = self.server.registry
        switch route {
        case .groups(isCore: true): return registry.apiVersions
        case .groups(isCore: false): return registry.apiGroupList
        case .group(let group): return registry.apiGroup(group)
        case .groupVersion(let group, let version): return registry.apiResourceList(group: group, version: version)
        case .resource, .openAPIv2, .openAPIv3, .version, .health, .unknown: return nil
        }
    }

    private func openAPI(_ route: APIRoute) throws(StatusError) -> HTTPAnswer {
        let registry = self.server.registry
        switch route {
        case .openAPIv2:
            return try HTTPAnswer(APIResponse(status: 200, body: registry.openAPIv2))
        case .openAPIv3(nil):
            return try HTTPAnswer(APIResponse(status: 200, body: registry.openAPIv3Root))
        case .openAPIv3(let path?):
            guard let body = registry.openAPIv3(path: path) else { return .pageNotFound }
            return try HTTPAnswer(APIResponse(status: 200, body: body))
        case .groups, .group, .groupVersion, .version, .health, .unknown, .resource:
            return .pageNotFound
        }
    }
}
