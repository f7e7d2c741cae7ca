// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import KubernetesAPI

/// Where the virtual addresses of services, and the ports of nodes, lead. No I/O.
package struct ServiceRoutes: Hashable, Sendable {
    /// A virtual address and port.
    package struct Frontend: Hashable, Comparable, Sendable {
        /// The service's address.
        package var address: String
        /// The service's port.
        package var port: Int

        /// A virtual address and port.
        package init(address: String, port: Int) {
            self.address = address
            self.port = port
        }

        package static func < (lhs: Frontend, rhs: Frontend) -> Bool {
            (lhs.address, lhs.port) < (rhs.address, rhs.port)
        }
    }

    /// A pod's address and port.
    package struct Backend: Hashable, Sendable {
        /// The pod's address.
        package var address: String
        /// The pod's port.
        package var port: Int
    }

    /// The ready backends of each virtual address, in the order of the endpoints.
    package private(set) var backends: [Frontend: [Backend]] = [:]

    /// The routes of services with their endpoints; UDP and SCTP ports have none.
    package init(services: [Service], endpoints: (_ namespace: String, _ name: String) -> Endpoints?) {
        for service in services {
            let address = service.spec.clusterIP
            guard !address.isEmpty, address != "None" else { continue }
            let subsets = endpoints(service.metadata.namespace, service.metadata.name)?.subsets ?? []
            for port in service.spec.ports where port.transportProtocol.isEmpty || port.transportProtocol == "TCP" {
                let frontend = Frontend(address: address, port: Int(port.port))
                self.backends[frontend] = subsets.flatMap { subset in
                    subset.ports.filter { $0.name == port.name }.flatMap { target in
                        subset.addresses.map { Backend(address: $0.ip, port: Int(target.port)) }
                    }
                }
            }
        }
    }

    /// Adds the ports of nodes that lead to pods (`hostPort`); a pod of the host's network listens on them itself.
    package mutating func addHostPorts(of pods: [Pod]) {
        for pod in pods where !pod.spec.hostNetwork && !pod.isTerminal && !pod.status.podIP.isEmpty {
            for container in pod.spec.initContainers + pod.spec.containers {
                for port in container.ports where port.transportProtocol.isEmpty || port.transportProtocol == "TCP" {
                    guard let hostPort = port.hostPort, hostPort > 0 else { continue }
                    let frontend = Frontend(address: pod.status.hostIP, port: Int(hostPort))
                    self.backends[frontend] = [Backend(address: pod.status.podIP, port: Int(port.containerPort))]
                }
            }
        }
    }

    /// The virtual addresses, sorted.
    package var frontends: [Frontend] { self.backends.keys.sorted() }
}
