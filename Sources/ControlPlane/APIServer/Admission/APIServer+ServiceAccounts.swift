// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// What upstream's admission plugin ServiceAccount does for pods (`plugin/pkg/admission/serviceaccount`).
extension APIServer {
    private static let tokenDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"
    /// Upstream's hour and seven seconds: a time that nobody else asks for.
    private static let tokenSeconds: JSONValue = 3_607

    /// Checks a pod's service account and, where the server is configured so, mounts its token.
    /// - Throws: 403 when the pod names an account that does not exist.
    func completeAccount(of pod: inout JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        let name = pod["spec", "serviceAccountName"]?.string ?? ""
        let account = self.store.object(ObjectKey(namespace: request.namespace, name: name), of: .serviceAccounts)
        // That of a new namespace comes a moment after it.
        guard account != nil || name == "default" else {
            let lookup = "error looking up service account \(request.namespace)/\(name): "
            throw .forbidden(
                request.api.resource,
                name: pod.name,
                because: lookup + "serviceaccount \"\(name)\" not found"
            )
        }
        let wish = pod["spec", "automountServiceAccountToken"] ?? account?["automountServiceAccountToken"]
        guard self.configuration.mountsServiceAccountTokens, wish?.bool != false else { return }
        Self.mountToken(into: &pod)
    }

    /// Mounts the token, the cluster's certificates and the namespace's name into each container that has nothing there yet.
    private static func mountToken(into pod: inout JSONValue) {
        let volume = Self.generatedName("kube-api-access-")
        var isMounted = false
        for list in ["initContainers", "containers"] {
            pod.change("spec") { spec in
                spec.changeEach(list) { container in
                    let mounts = container["volumeMounts"]?.array ?? []
                    guard !mounts.contains(where: { $0["mountPath"]?.string == Self.tokenDirectory }) else { return }
                    let mount: JSONValue = [
                        "name": .string(volume), "readOnly": true, "mountPath": .string(Self.tokenDirectory),
                    ]
                    container["volumeMounts"] = .array(mounts + [mount])
                    isMounted = true
                }
            }
        }
        guard isMounted else { return }
        let sources: JSONValue = [
            ["serviceAccountToken": ["expirationSeconds": Self.tokenSeconds, "path": "token"]],
            ["configMap": ["name": "kube-root-ca.crt", "items": [["key": "ca.crt", "path": "ca.crt"]]]],
            [
                "downwardAPI": [
                    "items": [
                        ["path": "namespace", "fieldRef": ["apiVersion": "v1", "fieldPath": "metadata.namespace"]]
                    ]
                ]
            ],
        ]
        let volumes = pod["spec", "volumes"]?.array ?? []
        let projected: JSONValue = ["name": .string(volume), "projected": ["sources": sources, "defaultMode": 420]]
        pod["spec", "volumes"] = .array(volumes + [projected])
    }
}
