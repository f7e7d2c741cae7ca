// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient
package import NIOCore
package import NIOHTTP1

/// Turns HTTP messages into requests and answers into HTTP messages. No sockets.
package struct HTTPFrontend: Sendable {
    let server: APIServer

    /// A front of a server.
    package init(_ server: APIServer) {
        self.server = server
    }

    /// Answers a message.
    package func answer(_ head: HTTPRequestHead, body: ByteBuffer) async -> HTTPAnswer {
        do throws(StatusError) {
            return try await self.route(head, body: body)
        } catch {
            return HTTPAnswer(error)
        }
    }

    private func route(_ head: HTTPRequestHead, body: ByteBuffer) async throws(StatusError) -> HTTPAnswer {
        if head.method == .OPTIONS || head.method == .TRACE || head.method == .CONNECT { throw .methodNotAllowed() }
        let isHead = head.method == .HEAD
        guard let route = APIRoute(method: isHead ? "GET" : head.method.rawValue, target: head.uri) else {
            throw .methodNotAllowed()
        }
        switch route {
        case .resource(let request):
            if isHead { throw .methodNotAllowed() }
            return try await self.answer(request, head, body: body)
        case .health(let name):
            return HTTPAnswer(text: head.uri.contains("verbose") ? "[+]ping ok\n\(name) check passed\n" : "ok")
        case .unknown:
            return .pageNotFound
        case .version, .groups, .group, .groupVersion, .openAPIv2, .openAPIv3:
            return try self.document(route, accept: head.headers.joined("Accept"))
        }
    }

    /// A request for objects.
    private func answer(_ request: APIRequest, _ head: HTTPRequestHead, body: ByteBuffer) async throws(StatusError)
        -> HTTPAnswer
    {
        var request = request
        guard let definition = self.server.registry.definition(of: request.resource) else {
            let (group, version) = (request.resource.group, request.resource.version)
            let isKnown = group.isEmpty || self.server.registry.definitions.contains { $0.group == group }
            if !isKnown, !self.server.registry.serves(group: group, version: version) { return .pageNotFound }
            throw .pathNotFound()
        }
        if let name = request.subresource, PodStreamRequest.subresources.contains(name), definition.kind == "Pod" {
            _ = try self.server.resolve(RESTRequest(request))
            let query = head.uri.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
            let (namespace, pod) = (request.namespace ?? "", request.name ?? "")
            let stream = PodStreamRequest(subresource: name, namespace: namespace, pod: pod, query: query)
            _ = try self.server.openStream(stream)
            throw .badRequest("Upgrade request required")
        }
        if request.subresource == "log", request.verb == .get {
            let log = try await self.server.openLog(RESTRequest(request))
            var headers = HTTPHeaders()
            headers.add(name: "Content-Type", value: "text/plain")
            return HTTPAnswer(status: 200, headers: headers, body: .stream(log.body))
        }
        let negotiation = try Negotiation(
            accept: head.headers.joined("Accept"),
            isDiscovery: false,
            hasStreams: request.subresource == nil
        )
        let include = request.parameters.removeValue(forKey: "includeObject") ?? "Metadata"
        let shape = AnswerShape(
            definition: definition,
            version: request.resource.version,
            negotiation: negotiation,
            includeObject: include,
            now: self.server.configuration.now
        )
        if request.verb == .watch {
            return .watch(try self.server.watch(RESTRequest(request)), shape)
        }
        let reader = BodyReader(
            contentType: head.headers.first(name: "Content-Type"),
            kind: self.bodyKind(request, definition)
        )
        var duplicates: [String] = []
        if request.verb == .patch {
            let resolvable = try self.server.resolve(RESTRequest(request))  // 404 and 405 come before the body
            request.patchType = try reader.patchType()
            let mayCreate = request.patchType == .apply && request.subresource == nil
            guard mayCreate || self.server.store.object(resolvable.key, of: resolvable.stored) != nil else {
                throw resolvable.notFound
            }
            if request.patchType == .apply {
                _ = try self.server.resolve(RESTRequest(request))  // a field manager is needed before a body
                request.body = try reader.configuration(body)
            } else {
                (request.body, duplicates) = try reader.patch(body)
            }
        } else if request.verb == .create || request.verb == .update {
            _ = try self.server.resolve(RESTRequest(request))
            (request.body, duplicates) = try reader.object(body)
        } else if request.verb == .delete || request.verb == .deletecollection, body.readableBytes > 0 {
            request.body = try reader.options(body)
        }
        let agent = head.headers.first(name: "User-Agent") ?? ""
        let response = self.server.answer(RESTRequest(request, duplicateFields: duplicates, userAgent: agent))
        return try HTTPAnswer(shape.shaped(response), isYAML: negotiation.isYAML)
    }

    /// The kind that a body is expected to be; named in refusals.
    private func bodyKind(_ request: APIRequest, _ definition: ResourceDefinition) -> String {
        request.subresource.flatMap { definition.subresource($0)?.kind } ?? definition.kind
    }
}

extension HTTPHeaders {
    /// All values of a header as one list; nil when it is absent.
    func joined(_ name: String) -> String? {
        let values = self[name]
        return values.isEmpty ? nil : values.joined(separator: ",")
    }
}
