// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// What is wrong with one container.
struct ContainerValidation {
    let container: JSONValue
    let path: FieldPath
    /// The pod's volumes by name.
    let volumes: [String: JSONValue]
    /// Whether it is an init container.
    let isInit: Bool

    func errors() -> [FieldError] {
        let container = self.container
        var errors = self.nameErrors()
        errors += self.portErrors()
        errors += self.environmentErrors()
        errors += self.mountErrors()
        errors += FieldChecks.oneOf(
            container["imagePullPolicy"],
            ["Always", "IfNotPresent", "Never"],
            self.path.child("imagePullPolicy")
        )
        errors += self.resourceErrors()
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            guard let value = container[probe], !value.isNull else { continue }
            if self.isInit, container["restartPolicy"] != "Always" {
                errors.append(
                    .forbidden(
                        self.path.child(probe),
                        "may not be set for init containers without restartPolicy=Always"
                    )
                )
            } else {
                errors += self.errors(inProbe: value, probe)
            }
        }
        for hook in ["postStart", "preStop"] {
            guard let handler = container["lifecycle", hook], !handler.isNull else { continue }
            errors += self.errors(inHandler: handler, self.path.child("lifecycle").child(hook))
        }
        errors += FieldChecks.oneOf(
            container["terminationMessagePolicy"],
            ["File", "FallbackToLogsOnError"],
            self.path.child("terminationMessagePolicy")
        )
        return errors
    }

    private func nameErrors() -> [FieldError] {
        var errors: [FieldError] = []
        let name = self.container["name"]?.string ?? ""
        if name.isEmpty {
            errors.append(.required(self.path.child("name")))
        } else {
            errors += NameRules.dnsLabelProblems(name).map { .invalid(self.path.child("name"), .string(name), $0) }
        }
        let image = self.container["image"]?.string ?? ""
        if image.isEmpty {
            errors.append(.required(self.path.child("image")))
        } else if image.trimmingSpaces != image {
            errors.append(
                .invalid(self.path.child("image"), .string(image), "must not have leading or trailing whitespace")
            )
        }
        return errors
    }

    private func portErrors() -> [FieldError] {
        let path = self.path.child("ports")
        var (errors, names) = ([FieldError](), Set<String>())
        for (index, port) in (self.container["ports"]?.array ?? []).enumerated() {
            let place = path.index(index)
            if let name = port["name"]?.string, !name.isEmpty {
                let problems = NameRules.portNameProblems(name)
                errors += problems.map { .invalid(place.child("name"), .string(name), $0) }
                if problems.isEmpty, !names.insert(name).inserted {
                    errors.append(.duplicate(place.child("name"), .string(name)))
                }
            }
            let number = port["containerPort"]?.integer ?? 0
            if number == 0 {
                errors.append(.required(place.child("containerPort")))
            } else {
                errors += FieldChecks.port(number, place.child("containerPort"))
            }
            if let host = port["hostPort"]?.integer, host != 0 {
                errors += FieldChecks.port(host, place.child("hostPort"))
            }
            errors += FieldChecks.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], place.child("protocol"))
        }
        return errors
    }

    private func environmentErrors() -> [FieldError] {
        let path = self.path.child("env")
        var errors: [FieldError] = []
        for (index, variable) in (self.container["env"]?.array ?? []).enumerated() {
            let place = path.index(index)
            let name = variable["name"]?.string ?? ""
            if name.isEmpty {
                errors.append(.required(place.child("name")))
            } else {
                errors += NameRules.environmentVariableProblems(name).map {
                    .invalid(place.child("name"), .string(name), $0)
                }
            }
            guard let source = variable["valueFrom"], !source.isNull else { continue }
            errors += self.errors(inSource: source, of: variable, place.child("valueFrom"))
        }
        return errors
    }

    private static let fieldPaths = [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.hostname", "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ]

    private func errors(inSource source: JSONValue, of variable: JSONValue, _ path: FieldPath) -> [FieldError] {
        let sources = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"].filter {
            source[$0] != nil
        }
        if sources.isEmpty {
            return [
                .invalid(
                    path,
                    "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
                )
            ]
        }
        if !(variable["value"]?.string ?? "").isEmpty {
            return [.invalid(path, "", "may not be specified when `value` is not empty")]
        }
        if sources.count > 1 { return [.invalid(path, "", "may not have more than one field specified at a time")] }
        var errors: [FieldError] = []
        if let reference = source["fieldRef"] {
            let field = reference["fieldPath"]?.string ?? ""
            let isKey = field.hasPrefix("metadata.labels['") || field.hasPrefix("metadata.annotations['")
            if field.isEmpty {
                errors.append(.required(path.child("fieldRef").child("fieldPath")))
            } else if !isKey, !Self.fieldPaths.contains(field) {
                errors.append(.notSupported(path.child("fieldRef").child("fieldPath"), .string(field), Self.fieldPaths))
            }
        }
        for kind in ["configMapKeyRef", "secretKeyRef"] {
            guard let reference = source[kind] else { continue }
            let key = reference["key"]?.string ?? ""
            if (reference["name"]?.string ?? "").isEmpty { errors.append(.required(path.child(kind).child("name"))) }
            if key.isEmpty {
                errors.append(.required(path.child(kind).child("key")))
            } else {
                errors += NameRules.configKeyProblems(key).map {
                    .invalid(path.child(kind).child("key"), .string(key), $0)
                }
            }
        }
        return errors
    }

    private func mountErrors() -> [FieldError] {
        let path = self.path.child("volumeMounts")
        var (errors, paths) = ([FieldError](), Set<String>())
        for (index, mount) in (self.container["volumeMounts"]?.array ?? []).enumerated() {
            let place = path.index(index)
            let name = mount["name"]?.string ?? ""
            if name.isEmpty {
                errors.append(.required(place.child("name")))
            } else if self.volumes[name] == nil {
                errors.append(.notFound(place.child("name"), .string(name)))
            }
            let mountPath = mount["mountPath"]?.string ?? ""
            if mountPath.isEmpty {
                errors.append(.required(place.child("mountPath")))
            } else if !paths.insert(mountPath).inserted {
                errors.append(.invalid(place.child("mountPath"), .string(mountPath), "must be unique"))
            }
            if let subPath = mount["subPath"]?.string, subPath.hasPrefix("/") {
                errors.append(.invalid(place.child("subPath"), .string(subPath), "must be a relative path"))
            }
        }
        return errors
    }

    private func resourceErrors() -> [FieldError] {
        let path = self.path.child("resources")
        var errors: [FieldError] = []
        let limits = self.container["resources", "limits"]
        for (field, list) in [("limits", limits), ("requests", self.container["resources", "requests"])] {
            for (name, value) in list?.object ?? JSONObject() {
                let place = path.child(field).key(name)
                if !name.contains("/"), !["cpu", "memory", "ephemeral-storage"].contains(name),
                    !name.hasPrefix("hugepages-")
                {
                    errors.append(.invalid(place, .string(name), "must be a standard resource type or fully qualified"))
                    errors.append(.invalid(place, .string(name), "must be a standard resource for containers"))
                }
                guard let quantity = Quantity(json: value) else { continue }
                if quantity.nanos < 0 {
                    errors.append(.invalid(place, value, "must be greater than or equal to 0"))
                }
                guard field == "requests", let limit = limits?[name].flatMap(Quantity.init(json:)), quantity > limit
                else { continue }
                errors.append(
                    .invalid(path.child("requests"), value, "must be less than or equal to \(name) limit of \(limit)")
                )
            }
        }
        return errors
    }

    private func errors(inProbe probe: JSONValue, _ name: String) -> [FieldError] {
        let path = self.path.child(name)
        var errors = self.errors(inHandler: probe, path)
        for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
        {
            errors += FieldChecks.nonNegative(probe[field], path.child(field))
        }
        if let grace = probe["terminationGracePeriodSeconds"]?.integer {
            if name == "readinessProbe" {
                errors.append(
                    .invalid(
                        path.child("terminationGracePeriodSeconds"),
                        .integer(grace),
                        "must not be set for readinessProbes"
                    )
                )
            } else if grace <= 0 {
                errors.append(
                    .invalid(path.child("terminationGracePeriodSeconds"), .integer(grace), "must be greater than 0")
                )
            }
        }
        if name != "readinessProbe", let threshold = probe["successThreshold"]?.integer, threshold != 1 {
            errors.append(.invalid(path.child("successThreshold"), .integer(threshold), "must be 1"))
        }
        return errors
    }

    private func errors(inHandler handler: JSONValue, _ path: FieldPath) -> [FieldError] {
        var (errors, count) = ([FieldError](), 0)
        for kind in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
            guard let action = handler[kind], !action.isNull else { continue }
            count += 1
            let place = path.child(kind)
            if count > 1 {
                errors.append(.forbidden(place, "may not specify more than 1 handler type"))
                continue
            }
            switch kind {
            case "exec":
                if (action["command"]?.array ?? []).isEmpty { errors.append(.required(place.child("command"))) }
            case "httpGet":
                if (action["path"]?.string ?? "").isEmpty { errors.append(.required(place.child("path"))) }
                errors += FieldChecks.port(action["port"], place.child("port"))
                errors += FieldChecks.oneOf(action["scheme"], ["HTTP", "HTTPS"], place.child("scheme"))
            case "tcpSocket": errors += FieldChecks.port(action["port"], place.child("port"))
            case "grpc": errors += FieldChecks.port(action["port"]?.integer ?? 0, place.child("port"))
            default: break
            }
        }
        if count == 0 { errors.append(.required(path, "must specify a handler type")) }
        return errors
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
