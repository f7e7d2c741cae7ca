// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import KubernetesAPI
public import NameResolution

/// The cluster's names: answers questions from services and their endpoints. No I/O.
///
/// Headless services have a record an address and `<hostname>.<service>` for pods with a hostname, as the Kubernetes DNS
/// specification says. The endpoints decide who is published: unready pods are among their addresses only where the
/// service sets `publishNotReadyAddresses`.
public struct Zone: Sendable {
    /// The suffix of all names.
    public static let domain = "cluster.local"
    /// How long an answer may be kept, in seconds (CoreDNS's default in clusters).
    public static let timeToLive: UInt32 = 5
    /// How long it may be remembered that a name is absent: pods come back within seconds.
    public static let negativeTimeToLive: UInt32 = 1

    private let service: @Sendable (_ namespace: String, _ name: String) -> Service?
    private let endpoints: @Sendable (_ namespace: String, _ name: String) -> Endpoints?

    /// A zone over a way to look up objects as last seen.
    public init(
        service: @escaping @Sendable (_ namespace: String, _ name: String) -> Service?,
        endpoints: @escaping @Sendable (_ namespace: String, _ name: String) -> Endpoints?
    ) {
        self.service = service
        self.endpoints = endpoints
    }

    /// The answer to a query.
    public func answer(_ query: DNSMessage) -> DNSMessage {
        var answer = DNSMessage(id: query.id, questions: query.questions)
        answer.isResponse = true
        answer.recursionDesired = query.recursionDesired
        answer.operation = query.operation
        guard query.operation == 0, let question = query.questions.first, query.questions.count == 1 else {
            answer.responseCode = query.operation == 0 ? .formatError : .notImplemented
            return answer
        }
        let labels = question.name.lowercased().split(separator: ".").map(String.init)
        guard labels.suffix(2) == ["cluster", "local"] else {
            answer.responseCode = .refused
            return answer
        }
        answer.isAuthoritative = true
        switch self.lookUp(labels.dropLast(2), spelled: question.name) {
        case nil:
            answer.responseCode = .nameError
        case let found?:
            answer.answers = found.records.filter { $0.type == question.type || $0.type == .cname }
            if question.type == .srv { answer.additionals = found.additionals }
        }
        if answer.answers.isEmpty { answer.authorities = [Self.authority] }
        return answer
    }

    private struct Found {
        var records: [DNSRecord] = []
        var additionals: [DNSRecord] = []
    }

    /// Nil when there is no such name; a name without records of a type is found, and empty.
    private func lookUp(_ labels: ArraySlice<String>, spelled name: String) -> Found? {
        // [_port _proto] [hostname] service namespace svc
        guard labels.last == "svc" else { return nil }
        var labels = labels.dropLast()
        guard let namespace = labels.popLast() else { return Found() }
        guard let serviceName = labels.popLast() else { return Found() }
        guard let service = self.service(namespace, serviceName) else { return nil }
        if service.spec.type == "ExternalName" {
            return Found(records: labels.isEmpty ? [Self.record(name, .alias(service.spec.externalName))] : [])
        }
        if labels.count == 2, let port = labels.first, let proto = labels.last, port.hasPrefix("_"),
            proto.hasPrefix("_")
        {
            return self.ports(String(port.dropFirst()), String(proto.dropFirst()), of: service, spelled: name)
        }
        if let hostname = labels.first {
            guard labels.count == 1, Self.isHeadless(service) else { return nil }
            let addresses = self.addresses(namespace, serviceName).filter { Self.hostname($0) == hostname }
            guard !addresses.isEmpty else { return nil }
            return Found(records: Self.records(name, addresses.map(\.ip)))
        }
        guard Self.isHeadless(service) else {
            return Found(records: Self.records(name, [service.spec.clusterIP]))
        }
        let addresses = self.addresses(namespace, serviceName)
        return addresses.isEmpty ? nil : Found(records: Self.records(name, addresses.map(\.ip)))
    }

    private func ports(_ port: String, _ proto: String, of service: Service, spelled name: String) -> Found? {
        let metadata = service.metadata
        let suffix = "\(metadata.name).\(metadata.namespace).svc.\(Self.domain)"
        var found = Found()
        if Self.isHeadless(service) {
            for subset in self.endpoints(metadata.namespace, metadata.name)?.subsets ?? [] {
                for entry in subset.ports where entry.name == port && Self.isProtocol(entry.transportProtocol, proto) {
                    for address in subset.addresses {
                        let target = "\(Self.hostname(address)).\(suffix)"
                        let number = UInt16(clamping: entry.port)
                        found.records.append(
                            Self.record(name, .service(priority: 0, weight: 100, port: number, target: target))
                        )
                        found.additionals += Self.records(target, [address.ip])
                    }
                }
            }
        } else {
            for entry in service.spec.ports where entry.name == port && Self.isProtocol(entry.transportProtocol, proto)
            {
                let number = UInt16(clamping: entry.port)
                found.records.append(
                    Self.record(name, .service(priority: 0, weight: 100, port: number, target: suffix))
                )
                found.additionals += Self.records(suffix, [service.spec.clusterIP])
            }
        }
        return found.records.isEmpty ? nil : found
    }

    private func addresses(_ namespace: String, _ name: String) -> [EndpointAddress] {
        (self.endpoints(namespace, name)?.subsets ?? []).flatMap(\.addresses)
    }

    private static func isHeadless(_ service: Service) -> Bool {
        service.spec.clusterIP.isEmpty || service.spec.clusterIP == "None"
    }

    private static func isProtocol(_ name: String, _ asked: String) -> Bool {
        (name.isEmpty ? "tcp" : name.lowercased()) == asked
    }

    /// The name of an address below its service: the pod's hostname, or the address with dashes.
    private static func hostname(_ address: EndpointAddress) -> String {
        address.hostname.isEmpty ? address.ip.replacing(".", with: "-") : address.hostname.lowercased()
    }

    private static func records(_ name: String, _ addresses: [String]) -> [DNSRecord] {
        Set(addresses.compactMap { IPv4Address($0) }).sorted().map { Self.record(name, .address($0)) }
    }

    private static func record(_ name: String, _ content: DNSRecord.Content) -> DNSRecord {
        DNSRecord(name: name, timeToLive: Self.timeToLive, content: content)
    }

    private static var authority: DNSRecord {
        DNSRecord(
            name: Self.domain,
            timeToLive: Self.negativeTimeToLive,
            content: .authority(
                server: "ns.dns.\(Self.domain)",
                mailbox: "hostmaster.\(Self.domain)",
                serial: 1,
                minimum: Self.negativeTimeToLive
            )
        )
    }
}
