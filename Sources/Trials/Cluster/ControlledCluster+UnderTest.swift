// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Cluster

extension ControlledCluster: ClusterUnderTest {
    public var capabilities: Set<Fault.Capability> { [.signals] }

    public func inject(_ fault: Fault) async throws {
        switch fault {
        case .signal(let number, let pod, let namespace):
            try await self.signal(number, pod: pod, namespace: namespace)
        }
    }
}
