// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import ContainerRuntime
package import Determinism
package import KubernetesAPI

extension PodLifecycle {
    /// What a kubelet's settings decide of a pod's life.
    package struct Configuration: Hashable, Sendable {
        /// The node's address, for `hostIP`.
        package var hostAddress: String
        /// The wall-clock time at the origin of the machine's instants.
        package var origin: KubernetesTime
        /// The first pause before a container that ended is started again; it doubles from one to the next.
        package var backoffInitial: Duration
        /// The longest such pause; after twice as long a life they begin anew.
        package var backoffMax: Duration

        /// Settings; the pauses default to upstream's.
        package init(
            hostAddress: String,
            origin: KubernetesTime,
            backoffInitial: Duration = .seconds(10),
            backoffMax: Duration = .seconds(300)
        ) {
            self.hostAddress = hostAddress
            self.origin = origin
            self.backoffInitial = backoffInitial
            self.backoffMax = backoffMax
        }

        /// The wall-clock time at an instant.
        package func time(at instant: Instant) -> KubernetesTime {
            let nanoseconds = Int64(self.origin.nanoseconds) + instant.nanoseconds % 1_000_000_000
            return KubernetesTime(
                seconds: self.origin.seconds + instant.nanoseconds / 1_000_000_000 + nanoseconds / 1_000_000_000,
                nanoseconds: Int32(nanoseconds % 1_000_000_000)
            )
        }
    }

    /// What can happen to a pod on its node.
    package enum Event: Hashable, Sendable {
        /// The kubelet took the pod on.
        case started
        /// The pod object changed.
        case updated(Pod)
        /// The pod object is gone.
        case removed
        /// The pod has its address, directories and volumes.
        case sandboxCreated(address: String)
        /// They could not be made.
        case sandboxFailed(message: String)
        /// They are gone.
        case sandboxRemoved
        /// Something happened to a container.
        case container(String, ContainerEvent)
        /// A timer's time has come.
        case timer(Timer)
    }

    /// What can happen to a container. `attempt` says to which of its lives it belongs.
    package enum ContainerEvent: Hashable, Sendable {
        /// Its image is there.
        case pulled(PulledImage)
        /// Its image could not be had.
        case pullFailed(RuntimeError)
        /// It runs.
        case started(attempt: Int, id: String)
        /// It could not be started.
        case startFailed(attempt: Int, RuntimeError)
        /// Nothing of it is left.
        case exited(attempt: Int, ProcessExit)
        /// A probe came back.
        case probed(ProbeKind, attempt: Int, ProbeOutcome)
        /// The hook after its start is through, whatever came of it.
        case postStartEnded(attempt: Int, ProbeOutcome)
        /// The hook before its end is through, whatever came of it.
        case preStopEnded(attempt: Int, ProbeOutcome)
    }

    /// The timers of a pod; setting one replaces the one of that name.
    package enum Timer: Hashable, Sendable {
        /// Try to make the sandbox again.
        case sandbox
        /// The pod has been active for as long as it may.
        case activeDeadline
        /// A container's timer.
        case container(String, ContainerTimer)
    }

    /// The timers of a container.
    package enum ContainerTimer: Hashable, Sendable {
        /// Look for the image again, or show that this will be done later.
        case pull
        /// Start again.
        case restart
        /// The grace period is over.
        case kill
        /// A probe is due.
        case probe(ProbeKind)
    }

    /// What a pod's life asks of the world, in order.
    package enum Effect: Hashable, Sendable {
        /// Make address, directories and volumes.
        case createSandbox
        /// Remove them.
        case removeSandbox
        /// Make an image available.
        case pull(container: String, image: String)
        /// Start a container.
        case start(container: String, attempt: Int)
        /// Signal a container; what its first process leaves behind has the rest of `grace`.
        case signal(container: String, Int32, grace: Duration?)
        /// Run a probe.
        case probe(container: String, ProbeKind, attempt: Int, ProbeAction, timeout: Duration)
        /// Run the hook after a container's start.
        case postStart(container: String, attempt: Int, ProbeAction)
        /// Run the hook before a container's end.
        case preStop(container: String, attempt: Int, ProbeAction, timeout: Duration)
        /// Come back at that time.
        case setTimer(Timer, at: Instant)
        /// Report the status; only the latest counts.
        case writeStatus(PodStatusReport)
        /// Record an event.
        case record(PodEvent)
        /// Remove the pod object (a deletion with grace period 0), once the status is written.
        case deleteObject
    }

    /// An event about the pod, as `kubectl describe` shows it.
    package struct PodEvent: Hashable, Sendable {
        /// `Normal` or `Warning`.
        package var type: String
        /// The reason, one word.
        package var reason: String
        /// What happened.
        package var message: String
        /// The container that it is about, or nil; `spec.containers{name}` in the event.
        package var container: String?

        static func normal(_ reason: String, _ message: String, container: String? = nil) -> PodEvent {
            PodEvent(type: "Normal", reason: reason, message: message, container: container)
        }

        static func warning(_ reason: String, _ message: String, container: String? = nil) -> PodEvent {
            PodEvent(type: "Warning", reason: reason, message: message, container: container)
        }
    }
}

/// Which of a container's probes.
package enum ProbeKind: String, Hashable, Sendable, CaseIterable {
    case startup = "Startup"
    case liveness = "Liveness"
    case readiness = "Readiness"
}
