// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One look at a Job: whether it is over, and else which pods it needs.
struct JobSync {
    private static let backoffMin = Duration.seconds(10)
    private static let backoffMax = Duration.seconds(600)

    private let job: JSONValue
    private let control: PodControl
    private let pods: [PodState]
    private let now: WallTime
    private var plan = ControllerPlan()
    private let succeeded: Int
    private let failed: Int
    private let active: [PodState]

    init(job: JSONValue, control: PodControl, pods: [PodState], now: WallTime) {
        self.job = job
        self.control = control
        self.pods = pods
        self.now = now
        func known(_ field: String) -> Int { Int(clamping: job["status", field]?.integer ?? 0) }
        self.succeeded = max(known("succeeded"), pods.count { $0.phase == "Succeeded" })
        self.failed = max(known("failed"), pods.count { $0.phase == "Failed" })
        self.active = pods.filter { !$0.isFinished && !$0.isTerminating }
    }

    private var completions: Int? { (self.job["spec", "completions"]?.integer).map { Int(clamping: $0) } }
    private var parallelism: Int { Int(clamping: self.job["spec", "parallelism"]?.integer ?? 1) }
    private var isSuspended: Bool { self.job["spec", "suspend"]?.bool ?? false }
    private var isFinished: Bool {
        ["Complete", "Failed"].contains { self.job.condition($0)?["status"] == "True" }
    }

    mutating func run(after claiming: ControllerPlan.Chain) -> ControllerPlan {
        self.plan.then(claiming)
        if self.isFinished {
            self.expire()
            return self.plan
        }
        if let failure = self.failure {
            self.end(failed: failure)
        } else if self.isComplete {
            self.end(failed: nil)
        } else if self.isSuspended {
            self.delete(self.active)
            self.setStatus(conditions: self.conditions(("Suspended", "True", "JobSuspended", "Job suspended")))
        } else {
            self.fill()
            let resumed = self.job.condition("Suspended")?["status"] == "True"
            self.setStatus(
                conditions: resumed
                    ? self.conditions(("Suspended", "False", "JobResumed", "Job resumed"))
                    : self.job["status", "conditions"]?.array ?? []
            )
        }
        return self.plan
    }

    // MARK: - The end

    private var isComplete: Bool {
        guard let completions else { return self.succeeded > 0 && self.active.isEmpty }
        return self.succeeded >= completions
    }

    private var failure: (reason: String, message: String)? {
        let limit = Int(clamping: self.job["spec", "backoffLimit"]?.integer ?? 6)
        let restarts = self.active.flatMap { $0.object["status", "containerStatuses"]?.array ?? [] }.map {
            Int(clamping: $0["restartCount"]?.integer ?? 0)
        }.reduce(0, +)
        let restartsInPlace = self.job["spec", "template"]?["spec"]?["restartPolicy"] == "OnFailure"
        if self.failed > limit || (restartsInPlace && limit > 0 && restarts >= limit) {
            return ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
        }
        if let seconds = self.job["spec", "activeDeadlineSeconds"]?.integer, let start = self.start,
            start + .seconds(seconds) <= self.now, !self.isSuspended
        {
            return ("DeadlineExceeded", "Job was active longer than specified deadline")
        }
        return nil
    }

    private var start: WallTime? { self.job["status", "startTime"]?.string.flatMap(WallTime.init(rfc3339:)) }

    private mutating func end(failed: (reason: String, message: String)?) {
        self.delete(self.active)
        let isLast = self.active.isEmpty && !self.pods.contains { $0.isTerminating && !$0.isFinished }
        var conditions: [JSONValue]
        if let failed {
            conditions = self.conditions(("FailureTarget", "True", failed.reason, failed.message))
            // Upstream says so only once no pod runs any more.
            if isLast {
                conditions = Self.set(self.condition("Failed", "True", failed.reason, failed.message), in: conditions)
            }
            self.plan.notices = [self.control.event(.warning, failed.reason, failed.message)]
        } else {
            let (reason, message) = ("CompletionsReached", "Reached expected number of succeeded pods")
            conditions = self.conditions(("SuccessCriteriaMet", "True", reason, message))
            if isLast {
                conditions = Self.set(self.condition("Complete", "True", reason, message), in: conditions)
                self.plan.notices = [self.control.event(.normal, "Completed", "Job completed")]
            }
        }
        self.setStatus(conditions: conditions, completion: isLast && failed == nil)
    }

    /// A finished Job goes after its time, where it has one.
    private mutating func expire() {
        let ends = ["Complete", "Failed"].compactMap {
            self.job.condition($0)?["lastTransitionTime"]?.string.flatMap(WallTime.init(rfc3339:))
        }
        guard let seconds = self.job["spec", "ttlSecondsAfterFinished"]?.integer, let end = ends.first else { return }
        let left = end + .seconds(seconds) - self.now
        guard left <= .zero else {
            self.plan.lookAgain(after: left)
            return
        }
        self.plan.then([
            ControllerAction(
                .delete(uid: self.job.uid, propagation: "Foreground"),
                .jobs,
                ObservedObjects.key(of: self.job),
                tolerated: .absence
            )
        ])
    }

    // MARK: - Pods

    private mutating func fill() {
        let left = self.completions.map { $0 - self.succeeded }
        var wanted = min(self.parallelism, left ?? self.parallelism)
        // A queue that has seen its first success gets no new workers.
        if left == nil, self.succeeded > 0 { wanted = min(wanted, self.active.count) }
        if self.active.count > wanted {
            self.delete(Array(self.active.suffix(self.active.count - wanted)))
            return
        }
        let missing = wanted - self.active.count
        if let seconds = self.job["spec", "activeDeadlineSeconds"]?.integer, let start = self.start {
            self.plan.lookAgain(after: max(.zero, start + .seconds(seconds) - self.now))
        }
        guard missing > 0 else {
            if let pod = self.active.first { self.plan.waiting = WaitingReason(.changed, pod.name, detail: "it runs") }
            return
        }
        if let pause = self.pause {
            self.plan.lookAgain(after: pause)
            self.plan.waiting = WaitingReason(.backoff, self.job.name, detail: "\(self.failed) of its pods failed")
            return
        }
        var taken = Set(self.pods.map(\.name))
        let version = self.job["metadata", "resourceVersion"]?.string ?? ""
        let creations = (0..<min(missing, PodControl.burstMax)).map { number in
            let facts = [self.job.uid, version, String(self.pods.count), String(number)]
            let name = GeneratedName.make(prefix: "\(self.job.name)-", of: facts) { taken.contains($0) }
            taken.insert(name)
            return self.control.creation(
                of: self.control.makePod(template: self.job["spec", "template"] ?? .emptyObject, name: name)
            )
        }
        self.plan.steps += PodControl.slowStart(creations)
    }

    /// How long new pods wait after the last failure: 10 s, doubled with each one.
    private var pause: Duration? {
        guard self.failed > 0 else { return nil }
        let ends = self.pods.filter { $0.phase == "Failed" }.flatMap { pod in
            (pod.object["status", "containerStatuses"]?.array ?? []).compactMap {
                $0["state"]?["terminated"]?["finishedAt"]?.string.flatMap(WallTime.init(rfc3339:))
            }
        }
        guard let last = ends.max() else { return nil }
        let pause = min(Self.backoffMax, Self.backoffMin * (1 << min(self.failed - 1, 10)))
        let left = last + pause - self.now
        return left > .zero ? left : nil
    }

    private mutating func delete(_ pods: [PodState]) {
        guard !pods.isEmpty else { return }
        self.plan.steps.append(pods.prefix(PodControl.burstMax).map { [self.control.deletion(of: $0)] })
    }

    // MARK: - Status

    private func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> JSONValue {
        let now = JSONValue.string(self.now.rfc3339)
        return [
            "type": .string(type), "status": .string(status), "reason": .string(reason), "message": .string(message),
            "lastProbeTime": now, "lastTransitionTime": now,
        ]
    }

    private static func set(_ condition: JSONValue, in conditions: [JSONValue]) -> [JSONValue] {
        let known = conditions.first { $0["type"] == condition["type"] }
        if known?["status"] == condition["status"] { return conditions }
        return conditions.filter { $0["type"] != condition["type"] } + [condition]
    }

    private func conditions(_ new: (type: String, status: String, reason: String, message: String)) -> [JSONValue] {
        Self.set(
            self.condition(new.type, new.status, new.reason, new.message),
            in: self.job["status", "conditions"]?.array ?? []
        )
    }

    private mutating func setStatus(conditions: [JSONValue], completion: Bool = false) {
        var status = self.job["status"] ?? .emptyObject
        if status["startTime"] == nil, !self.isSuspended { status["startTime"] = .string(self.now.rfc3339) }
        if completion { status["completionTime"] = .string(self.now.rfc3339) }
        let terminating = self.pods.count { $0.isTerminating && !$0.isFinished }
        for (field, count) in [("active", self.active.count), ("succeeded", self.succeeded), ("failed", self.failed)] {
            status[field] = .integer(Int64(count))
            if count == 0 { status[field] = nil }
        }
        status["ready"] = .integer(Int64(self.active.count(where: \.isReady)))
        status["terminating"] = .integer(Int64(terminating))
        status["uncountedTerminatedPods"] = .emptyObject
        status["conditions"] = .list(conditions)
        guard status != self.job["status"] else { return }
        var object = self.job
        object["status"] = status
        let key = ObservedObjects.key(of: object)
        let write = ControllerAction(.update(subresource: "status"), .jobs, key, body: object)
        self.plan.onSuccess = [write]
        self.plan.onFailure = [write]
    }
}
