// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What upstream fills into pods and pod templates (`pkg/apis/core/v1/defaults.go`).
enum PodDefaults {
    /// Fills in a pod: its spec, and what only pods get, not templates.
    static func apply(toPod pod: inout JSONValue) {
        pod.change("spec") { spec in
            Self.apply(toSpec: &spec)
            spec.setDefault("enableServiceLinks", true)
            for list in ["initContainers", "containers"] {
                spec.changeEach(list) { container in
                    container.change("resources", Self.requestLimits)
                }
            }
        }
    }

    /// Fills in the spec of a pod or template.
    static func apply(toSpec spec: inout JSONValue) {
        spec.setDefaultText("dnsPolicy", "ClusterFirst")
        spec.setDefaultText("restartPolicy", "Always")
        spec.setDefault("securityContext", .emptyObject)
        spec.setDefault("terminationGracePeriodSeconds", 30)
        spec.setDefaultText("schedulerName", "default-scheduler")
        // The old name of the field follows the new one, as upstream's conversion has it.
        if let account = spec["serviceAccountName"] ?? spec["serviceAccount"] {
            spec["serviceAccountName"] = account
            spec["serviceAccount"] = account
        }
        let usesHostNetwork = spec["hostNetwork"]?.bool ?? false
        spec.changeEach("volumes", Self.apply(toVolume:))
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            spec.changeEach(list) { container in
                Self.apply(toContainer: &container)
                guard usesHostNetwork else { return }
                container.changeEach("ports") { port in
                    if let number = port["containerPort"]?.integer { port.setDefaultNumber("hostPort", number) }
                }
            }
        }
    }

    /// Requests that were left out equal the limits.
    private static func requestLimits(_ resources: inout JSONValue) {
        guard let limits = resources["limits"]?.object else { return }
        for (name, limit) in limits where resources["requests"]?[name] == nil {
            resources["requests", name] = limit
        }
    }

    // MARK: - Containers

    private static func apply(toContainer container: inout JSONValue) {
        let image = container["image"]?.string ?? ""
        container.setDefaultText("imagePullPolicy", Self.pullPolicy(image: image))
        container.setDefaultText("terminationMessagePath", "/dev/termination-log")
        container.setDefaultText("terminationMessagePolicy", "File")
        container.changeEach("ports") { $0.setDefaultText("protocol", "TCP") }
        container.changeEach("env") { variable in
            variable.change("valueFrom") { source in
                source.change("fieldRef") { $0.setDefaultText("apiVersion", "v1") }
            }
        }
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            container.change(probe) { probe in
                probe.setDefaultNumber("timeoutSeconds", 1)
                probe.setDefaultNumber("periodSeconds", 10)
                probe.setDefaultNumber("successThreshold", 1)
                probe.setDefaultNumber("failureThreshold", 3)
                probe.change("httpGet", Self.apply(toHTTPGet:))
                probe.change("grpc") { $0.setDefault("service", "") }
            }
        }
        container.change("lifecycle") { lifecycle in
            for hook in ["postStart", "preStop"] {
                lifecycle.change(hook) { $0.change("httpGet", Self.apply(toHTTPGet:)) }
            }
        }
    }

    private static func apply(toHTTPGet action: inout JSONValue) {
        action.setDefaultText("path", "/")
        action.setDefaultText("scheme", "HTTP")
    }

    /// `Always` for the tag `latest` and for no tag at all.
    private static func pullPolicy(image: String) -> String {
        if image.contains("@") { return "IfNotPresent" }
        let name = image.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let colon = name.firstIndex(of: ":") else { return "Always" }
        return name[name.index(after: colon)...] == "latest" ? "Always" : "IfNotPresent"
    }

    // MARK: - Volumes

    private static func apply(toVolume volume: inout JSONValue) {
        let hasSource = (volume.object?.keys ?? []).contains { $0 != "name" }
        if !hasSource { volume["emptyDir"] = .emptyObject }
        volume.change("hostPath") { $0.setDefault("type", "") }
        for source in ["configMap", "secret", "projected"] {
            volume.change(source) { $0.setDefault("defaultMode", 420) }
        }
        volume.change("downwardAPI") { source in
            source.setDefault("defaultMode", 420)
            source.changeEach("items") { item in item.change("fieldRef") { $0.setDefaultText("apiVersion", "v1") } }
        }
        volume.change("projected") { projected in
            projected.changeEach("sources") { source in
                source.change("serviceAccountToken") { $0.setDefault("expirationSeconds", 3600) }
                source.change("downwardAPI") { downward in
                    downward.changeEach("items") { item in
                        item.change("fieldRef") { $0.setDefaultText("apiVersion", "v1") }
                    }
                }
            }
        }
        volume.change("ephemeral") { ephemeral in
            ephemeral.change("volumeClaimTemplate") { template in
                template.change("spec") { $0.setDefault("volumeMode", "Filesystem") }
            }
        }
    }
}
