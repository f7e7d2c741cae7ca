// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import JSON
import KubernetesAPI
import KubernetesClient

/// What is to be written about a pod: the latest status, then its deletion. One write at a time; statuses in between are left out.
struct WriteQueue {
    private enum State { case idle, inFlight, pausing }

    private var state = State.idle
    private var status: PodStatusReport?
    private var isDeletionDue = false
    private var failures = 0
    private var sent: Write?

    /// Whether nothing is left to write.
    var isIdle: Bool { self.state == .idle && self.status == nil && !self.isDeletionDue }

    /// A newer status.
    mutating func enqueue(_ report: PodStatusReport) { self.status = report }

    /// The object shall go, once its status is written.
    mutating func enqueueDeletion() { self.isDeletionDue = true }

    /// There is nothing to write to any more.
    mutating func objectIsGone() { (self.status, self.isDeletionDue) = (nil, false) }

    /// The next write, if it may begin.
    mutating func next() -> Write? {
        guard self.state == .idle else { return nil }
        if let status {
            self.status = nil
            self.sent = .status(status)
        } else if self.isDeletionDue {
            self.isDeletionDue = false
            self.sent = .deletion
        } else {
            return nil
        }
        self.state = .inFlight
        return self.sent
    }

    /// A write came back; returns how long to wait before it is tried again, nil when it need not be.
    mutating func written(_ outcome: WriteOutcome) -> Duration? {
        switch outcome {
        case .done:
            (self.state, self.failures) = (.idle, 0)
            return nil
        case .objectIsGone:
            self.state = .idle
            self.objectIsGone()
            return nil
        case .failed:
            switch self.sent {
            case .status(let report): if self.status == nil { self.status = report }
            case .deletion: self.isDeletionDue = true
            case nil: break
            }
            self.state = .pausing
            self.failures += 1
            return min(Limits.writePauseMax, Limits.writePauseMin * (1 << min(self.failures - 1, 16)))
        }
    }

    /// The pause is over.
    mutating func pauseIsOver() { self.state = .idle }
}

/// What came of a write.
enum WriteOutcome: Hashable, Sendable {
    case done
    case objectIsGone
    case failed
}

/// A write to the API server about a pod.
enum Write: Hashable, Sendable {
    case status(PodStatusReport)
    case deletion

    func perform(of pod: PodIdentity, client: KubernetesClient) async -> WriteOutcome {
        do {
            switch self {
            case .status(let report):
                _ = try await client.patch(
                    Pod.self,
                    pod.name,
                    namespace: pod.namespace,
                    subresource: "status",
                    kind: .strategicMerge,
                    ["metadata": ["uid": .string(pod.uid)], "status": report.status]
                )
            case .deletion:
                let options = DeleteOptions(gracePeriodSeconds: 0, uid: pod.uid)
                try await client.delete(Pod.self, pod.name, namespace: pod.namespace, options: options)
            }
            return .done
        } catch let error as StatusError where error.code == 404 || error.code == 409 {
            return .objectIsGone  // or another pod has taken its name
        } catch let error as StatusError where error.code == 422 || error.code == 400 {
            return .done  // trying again would be refused again
        } catch {
            return .failed
        }
    }
}
