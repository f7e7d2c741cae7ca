// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI

extension ControllerWorld {
    /// The life of a pod, as a kubelet reports it.
    enum PodStep {
        case run, ready, unready, fail, vanish
    }

    /// How long what cannot happen now waits, in milliseconds.
    private static let retryMs = 200

    /// Images that never get Ready.
    static let badImage = "app:bad"

    /// The kubelet sees a pod's change and acts later.
    mutating func follow(_ change: ObjectChange) {
        guard let pod = change.new else { return }
        let key = ObservedObjects.key(of: pod)
        if change.old == nil {
            self.schedule(.pod(key, uid: pod.uid, .run), after: self.delay(300))
        } else if pod.isTerminating, change.old?.isTerminating == false {
            self.schedule(.pod(key, uid: pod.uid, .vanish), after: self.delay(500))
        }
    }

    mutating func advance(_ key: ObjectName, uid: String, _ step: PodStep) {
        guard let pod = self.api.object(.pods, key), pod.uid == uid else { return }
        if let host = pod["spec", "nodeName"]?.string, self.downHosts.contains(host) {
            self.schedule(.pod(key, uid: uid, step), after: Self.retryMs)
            return
        }
        let phase = pod["status", "phase"]?.string
        switch step {
        case .run:
            guard phase == "Pending", !pod.isTerminating, !Self.isBad(pod) else { return }
            guard self.bind(pod) else {
                self.schedule(.pod(key, uid: uid, .run), after: Self.retryMs)
                return
            }
            self.setStatus(key, phase: "Running", ready: false)
            self.schedule(.pod(key, uid: uid, .ready), after: self.delay(500))
        case .ready:
            guard phase == "Running", !pod.isTerminating else { return }
            self.setStatus(key, phase: "Running", ready: true)
        case .unready:
            guard phase == "Running", !pod.isTerminating else { return }
            self.setStatus(key, phase: "Running", ready: false)
            self.schedule(.pod(key, uid: uid, .ready), after: self.delay(1500))
        case .fail:
            guard !pod.isTerminating else { return }
            self.setStatus(key, phase: "Failed", ready: false)
        case .vanish:
            do throws(StatusError) {
                try self.api.delete(.pods, key, uid: uid, isForced: true)
            } catch {
                self.fail(.safety, "the kubelet could not remove \(key): \(error.message)")
            }
        }
    }

    /// Gives a pod its host.
    /// - Returns: false when there is none for it now.
    private mutating func bind(_ pod: JSONValue) -> Bool {
        guard !self.hosts.isEmpty else { return true }
        guard let host = self.chooseHost(for: pod) else { return false }
        self.api.write(.pods, ObservedObjects.key(of: pod)) { $0["spec", "nodeName"] = .string(host) }
        return true
    }

    /// Somebody else says of a pod whose kubelet is silent that it is not Ready.
    mutating func markUnready(_ key: ObjectName) {
        guard self.api.object(.pods, key)?["status", "phase"] == "Running" else { return }
        self.setStatus(key, phase: "Running", ready: false)
    }

    static func isBad(_ pod: JSONValue) -> Bool {
        pod["spec", "containers"]?.array?.first?["image"]?.string == Self.badImage
    }

    private mutating func setStatus(_ key: ObjectName, phase: String, ready: Bool) {
        let now = self.api.now.rfc3339
        self.api.write(.pods, key) { pod in
            let status: JSONValue = ready ? "True" : "False"
            let old = pod.condition("Ready")
            let since = old?["status"] == status ? old?["lastTransitionTime"] : nil
            pod["status"] = [
                "phase": .string(phase),
                "conditions": [["type": "Ready", "status": status, "lastTransitionTime": since ?? .string(now)]],
            ]
        }
    }
}
