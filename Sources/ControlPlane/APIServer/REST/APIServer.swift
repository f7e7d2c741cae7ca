// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
package import KubernetesAPI
public import KubernetesClient

/// A Kubernetes API server without its sockets: requests in, answers and watches out.
///
/// ``InProcessTransport`` and the HTTP server are its two fronts; both hand in the same ``KubernetesClient/APIRequest``. Answers are
/// worked out on the caller's task; only the store's lock is shared.
public final class APIServer: Sendable {
    /// What a cluster may choose.
    public struct Configuration: Sendable {
        /// The first three numbers of the /21 that service addresses come from: `127.64.240`.
        public var serviceAddressPrefix = ServiceAddressRange(first: "127.64.240.0", count: 2048)
        /// The address of the cluster's DNS, which is never given to another service; nil for none.
        public var dnsAddress: String? = "127.64.240.10"
        /// Seconds since 1970, for timestamps and ages.
        public var now: @Sendable () -> Double = { Date().timeIntervalSince1970 }
        /// Identities of new objects.
        public var makeUID: @Sendable () -> String = { UUID().uuidString.lowercased() }
        /// Reaches kubelets for logs; nil when there are none.
        public var kubelets: (any KubeletConnector)?
        /// Runs exec and attach at the kubelets; nil when there are none.
        public var containerStreamer: (any ContainerStreamer)?
        /// Whether pods get their service account's token mounted, as upstream has it; the kubelets must know projected
        /// volumes, and something must publish `kube-root-ca.crt` in each namespace.
        public var mountsServiceAccountTokens = false

        /// The defaults.
        public init() {}
    }

    /// What bounds the server.
    public enum Limits {
        /// A request's body, in bytes; more is refused with 413.
        public static let bodyBytesMax = 3 << 20
        /// Between two bookmarks of a watch that nothing else happens on.
        public static let bookmarkSeconds = 60.0
        /// How often the clock is looked at for bookmarks and the ends of watches.
        public static let tick = Duration.milliseconds(100)
        /// How many names are tried for a `generateName`.
        public static let generatedNamesMax = 8
    }

    package let configuration: Configuration
    package let registry: ResourceRegistry
    package let store = ObjectStore()
    let addresses: ServiceAddresses
    let fieldSets = FieldSetPool()
    /// Objects with nothing in them, by kind.
    let emptyObjects: [String: JSONValue]

    /// A server with the namespaces and priority classes that every cluster has.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        self.registry = .standard
        self.emptyObjects = Dictionary(
            self.registry.definitions.map { ($0.kind, $0.emptyObject) },
            uniquingKeysWith: { first, _ in first }
        )
        self.addresses = ServiceAddresses(
            range: configuration.serviceAddressPrefix,
            reserved: configuration.dnsAddress
        )
        self.createClusterObjects()
    }

    /// Looks after bookmarks, the ends of watches and terminating namespaces, until cancelled.
    public func run() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: Limits.tick) } catch { return }
            self.store.wakeAll()
            self.sweepTerminatingNamespaces()
        }
    }

    /// Answers a request that is neither a watch nor a stream.
    /// - Parameter userAgent: the program that asks, for the fields that it writes.
    public func answer(_ request: APIRequest, userAgent: String = "") -> APIResponse {
        self.answer(RESTRequest(request, userAgent: userAgent))
    }

    package func answer(_ request: RESTRequest) -> APIResponse {
        var warnings: [String] = []
        do throws(StatusError) {
            let resolved = try self.resolve(request)
            warnings = [resolved.deprecation].compactMap { $0 }
            var response = try self.dispatch(resolved)
            response.warnings = warnings + response.warnings
            return response
        } catch {
            return APIResponse(status: error.code, body: error.json, warnings: warnings)
        }
    }

    /// Finds out what a request is about.
    package func resolve(_ request: RESTRequest) throws(StatusError) -> ResolvedRequest {
        let api = request.api
        guard let definition = self.registry.definition(of: api.resource) else { throw .pathNotFound() }
        let verb = api.verb.rawValue
        if let name = api.subresource {
            guard let subresource = definition.subresource(name) else { throw .pathNotFound() }
            guard subresource.verbs.contains(verb) else { throw .methodNotAllowed() }
        } else {
            guard definition.verbs.contains(verb) else { throw .methodNotAllowed() }
            if api.verb == .create, api.name != nil { throw .methodNotAllowed() }
        }
        let isCollection = api.verb == .list || api.verb == .watch || api.verb == .deletecollection
        if definition.isNamespaced, api.namespace == nil, !isCollection || api.verb == .deletecollection {
            throw .methodNotAllowed()
        }
        return ResolvedRequest(
            rest: request,
            definition: definition,
            options: try RequestOptions(api, isCollection: isCollection)
        )
    }

    private func dispatch(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        switch (request.api.verb, request.api.subresource) {
        case (.create, "eviction"?): try self.evict(request)
        case (.create, "binding"?): try self.bind(request)
        case (.get, "scale"?): try self.getScale(request)
        case (.update, "scale"?), (.patch, "scale"?): try self.updateScale(request)
        case (.create, "token"?): try self.issueToken(request)
        case (.create, nil) where request.definition.isVirtual: self.review(request)
        case (.create, nil): try self.create(request)
        case (.get, nil), (.get, "status"?): try self.get(request)
        case (.list, nil): try self.list(request)
        case (.update, _): try self.update(request)
        case (.patch, _): try self.patch(request)
        case (.delete, nil): try self.delete(request)
        case (.deletecollection, nil): try self.deleteCollection(request)
        case (_, _): throw .methodNotAllowed()
        }
    }

    /// The present time as objects carry it.
    func timestamp(after seconds: Int64 = 0) -> String {
        KubernetesTime(seconds: Int64(self.configuration.now()) + seconds).description
    }
}
