// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// Keeps one object of a fixed name and content in every namespace: the ServiceAccount `default`, the ConfigMap
/// `kube-root-ca.crt`.
public struct NamespacePublisher: Reconciler {
    public let component: String
    private let resource: GroupVersionResource
    private let body: JSONValue
    /// The fields that have to be as published.
    private let field: String?

    public var watched: [GroupVersionResource] { [.namespaces, self.resource] }

    private init(component: String, _ resource: GroupVersionResource, body: JSONValue, field: String?) {
        self.component = component
        self.resource = resource
        self.body = body
        self.field = field
    }

    /// The ServiceAccount that pods get which name none.
    public static let serviceAccount = NamespacePublisher(
        component: "service-account-controller",
        .serviceAccounts,
        body: ["apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "default"]],
        field: nil
    )

    /// The certificates by which pods know the API server.
    /// - Parameter certificates: PEM text; may be empty where the API is served without TLS.
    public static func rootCertificates(_ certificates: String) -> NamespacePublisher {
        NamespacePublisher(
            component: "root-ca-certificate-publisher",
            .configMaps,
            body: [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "kube-root-ca.crt",
                    "annotations": [
                        "kubernetes.io/description":
                            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."
                    ],
                ],
                "data": ["ca.crt": .string(certificates)],
            ],
            field: "data"
        )
    }

    private func key(in namespace: String) -> ObjectName { ObjectName(namespace: namespace, name: self.body.name) }

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .namespaces: [self.key(in: change.object.name)]
        case self.resource: change.object.name == self.body.name ? [change.key] : []
        default: []
        }
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        var plan = ControllerPlan()
        let name = ObjectName(namespace: "", name: key.namespace)
        guard let namespace = cache.object(.namespaces, name), !namespace.isTerminating else { return plan }
        guard var object = cache.object(self.resource, key) else {
            var body = self.body
            body["metadata", "namespace"] = .string(key.namespace)
            plan.then([ControllerAction(.create, self.resource, key, body: body, tolerated: .existence)])
            return plan
        }
        if let field, object[field] != self.body[field] {
            object[field] = self.body[field]
            plan.then([ControllerAction(.update(subresource: nil), self.resource, key, body: object)])
        }
        return plan
    }
}
