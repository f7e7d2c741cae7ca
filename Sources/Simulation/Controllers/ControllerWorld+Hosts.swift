// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import Determinism
import JSON
import KubernetesAPI

/// The machines that pods are on, where a scenario has any.
extension ControllerWorld {
    /// What becomes of a host that fails.
    enum HostStep {
        /// It is silent: nothing happens to its pods, and nothing is heard of them.
        case down
        /// That is noticed: its pods count as not Ready.
        case noticed
        /// Its pods are given up: they are to go, but nobody is there to end them.
        case evicted
        case up
    }

    /// A host falls silent for a while; for longer ones its pods are given up meanwhile.
    mutating func failHost(using random: inout SeededGenerator) {
        guard let host = self.hosts.randomElement(using: &random), !self.downHosts.contains(host) else { return }
        self.reached("nodeFailures")
        let noticed = Int.random(in: 50...600, using: &random)
        let evicted = noticed + Int.random(in: 200...2000, using: &random)
        let up = Int.random(in: 100...4000, using: &random)
        self.happen(to: host, .down)
        if noticed < up { self.schedule(.host(host, .noticed), after: noticed) }
        if evicted < up { self.schedule(.host(host, .evicted), after: evicted) }
        self.schedule(.host(host, .up), after: up)
    }

    /// A host leaves for good: its object goes, and what was on it is collected.
    mutating func removeHost(_ host: String) {
        self.hosts.removeAll { $0 == host }
        self.downHosts.remove(host)
        self.tryTo { api throws(StatusError) in try api.delete(.nodes, ObjectName(namespace: "", name: host)) }
        for key in self.pods(on: host) {
            self.tryTo { api throws(StatusError) in try api.delete(.pods, key, isForced: true) }
        }
    }

    mutating func happen(to host: String, _ step: HostStep) {
        guard self.hosts.contains(host) else { return }
        self.note("host \(host) is \(step)")
        switch step {
        case .down:
            self.downHosts.insert(host)
        case .noticed:
            guard self.downHosts.contains(host) else { return }
            for key in self.pods(on: host) { self.markUnready(key) }
        case .evicted:
            guard self.downHosts.contains(host) else { return }
            for key in self.pods(on: host) {
                self.reached("podsGivenUp")
                self.tryTo { api throws(StatusError) in try api.delete(.pods, key) }
            }
        case .up:
            guard self.downHosts.remove(host) != nil else { return }
            for key in self.pods(on: host) {
                guard let pod = self.api.object(.pods, key) else { continue }
                self.schedule(.pod(key, uid: pod.uid, .ready), after: self.delay(500))
            }
        }
    }

    /// The host for a pod that has none yet: its own, or any; nil when none is up.
    mutating func chooseHost(for pod: JSONValue) -> String? {
        let own = DaemonSetInvariants.node(of: pod)
        let candidates = self.hosts.filter { !self.downHosts.contains($0) && (own == nil || own == $0) }
        return candidates.randomElement(using: &self.random)
    }

    private func pods(on host: String) -> [ObjectName] {
        self.api.objects.objects(.pods).filter { $0["spec", "nodeName"]?.string == host }.map(ObservedObjects.key(of:))
    }
}
