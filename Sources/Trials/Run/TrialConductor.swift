// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Foundation
import JSON
import KafkaClient
import KubernetesAPI
import KubernetesClient
import Synchronization
import Verification
import Workload

/// Carries a trial out on a cluster that is up: deploys, loads, changes, drains. It judges nothing.
actor TrialConductor {
    /// How often conditions and progress are looked at.
    private static let interval = Duration.milliseconds(50)
    /// How long messages under way and the group's lag may take to settle at the end.
    private static let settling = Duration.seconds(45)
    /// The same after Ctrl-C.
    private static let settlingAfterCancellation = Duration.seconds(1)

    let trial: Trial
    let cluster: any ClusterUnderTest
    let observer: ClusterObserver
    let kafka: KafkaObserver
    let log: EventLog
    private let historyDirectory: String
    private let run: RunID
    let progress: @Sendable (TrialProgress) -> Void
    private let deadline: Instant
    private var stageStart = MonotonicClock.now
    private var stageName = ""
    /// The generations that our own changes gave objects.
    var generations: [Trial.Target: Int64] = [:]
    var evidence = Evidence()

    init(
        trial: Trial,
        cluster: any ClusterUnderTest,
        observer: ClusterObserver,
        kafka: KafkaObserver,
        log: EventLog,
        historyDirectory: String,
        run: RunID,
        stages: [Verdict.Stage],
        progress: @escaping @Sendable (TrialProgress) -> Void
    ) {
        self.trial = trial
        self.cluster = cluster
        self.observer = observer
        self.kafka = kafka
        self.log = log
        self.historyDirectory = historyDirectory
        self.run = run
        self.progress = progress
        self.deadline = MonotonicClock.now + trial.timeout
        self.evidence.stages = stages
    }

    /// Carries the trial out; what was gathered until an error is in ``evidence`` all the same.
    func conduct() async throws {
        self.begin("deploy", "create the objects and wait until every pod is ready")
        try await Deployer(client: self.cluster.client).deploy(self.trial.manifests)
        try await self.wait("every pod is ready") { self.setsAreReady }
        self.begin("topic", "create the topic and wait until every replica is in sync")
        try await self.createTopic()
        self.begin("load", "producers and consumers at work")
        let workload = try Workload.start(self.load, directory: self.historyDirectory, run: self.run)
        let start = MonotonicClock.now.nanoseconds
        var failure: (any Error)?
        do {
            try await self.change(under: workload, since: start)
        } catch {
            failure = error
        }
        self.evidence.load = start...MonotonicClock.now.nanoseconds
        self.begin("drain", "messages under way, the group's lag, the log to its end")
        do {
            try await self.settle(workload)
        } catch {
            failure = failure ?? error
        }
        self.note(workload)
        self.end()
        if let failure { throw failure }
    }

    // MARK: - Stages

    private func begin(_ name: String, _ words: String) {
        self.end()
        self.stageName = name
        self.stageStart = MonotonicClock.now
        self.progress(.stage("\(name): \(words)"))
    }

    private func end() {
        guard !self.stageName.isEmpty else { return }
        let duration = MonotonicClock.now - self.stageStart
        self.evidence.stages.append(Verdict.Stage(name: self.stageName, duration: duration))
        self.stageName = ""
    }

    func wait(_ what: String, until condition: () async throws -> Bool) async throws {
        while !(try await condition()) {
            guard MonotonicClock.now < self.deadline else {
                throw TrialError("waited in vain until \(what): the trial's time (\(self.trial.timeout)) is over")
            }
            self.progress(.status(self.status))
            try await Task.sleep(for: Self.interval)
        }
    }

    private var status: String {
        let pods = self.observer.currentPods
        let ready = pods.count { $0.hasReadyCondition }
        return "pods \(ready)/\(pods.count) ready"
    }

    func status(_ workload: Workload) -> String {
        let progress = workload.progress
        let partitions = self.kafka.partitions
        let whole = partitions.count { $0.leader != nil && $0.inSyncReplicas.count == $0.replicas.count }
        return self.status + ", partitions \(whole)/\(partitions.count) in sync, \(progress.sent) sent, "
            + "\(progress.acknowledged) acknowledged, \(progress.delivered) delivered"
    }

    // MARK: - Before the load

    var setsAreReady: Bool {
        let wanted = self.trial.manifests.filter { $0.object["kind"]?.string == "StatefulSet" }
        let sets = self.observer.currentSets
        let pods = self.observer.currentPods
        return wanted.allSatisfy { manifest in
            let namespace = manifest.object["metadata", "namespace"]?.string ?? "default"
            let set = sets.first {
                $0.metadata.name == manifest.object["metadata", "name"]?.string && $0.metadata.namespace == namespace
            }
            guard let set, RolloutProgress(of: set.json, ofNewestRevision: false).wait == nil else { return false }
            // The controller's counts lag behind the pods.
            let ready = pods.count { pod in
                pod.hasReadyCondition && pod.json["metadata", "deletionTimestamp"] == nil
                    && pod.json["metadata", "ownerReferences"]?.array?.first?["uid"] == set.json["metadata", "uid"]
            }
            return ready >= set.json["spec", "replicas"]?.integer ?? 1
        }
    }

    private func createTopic() async throws {
        let topic = self.trial.topic
        let admin = try KafkaAdmin(
            ClientConfiguration(
                bootstrapServers: self.trial.load.bootstrap,
                clientID: "seatrial-topic",
                resolver: self.cluster.resolver
            )
        )
        do {
            try await admin.createTopic(
                topic.name,
                partitions: topic.partitions,
                replicationFactor: topic.replicationFactor,
                configuration: topic.configuration
            )
        } catch {
            await admin.close()
            throw error
        }
        await admin.close()
        try await self.wait("all replicas of \(topic.name) are in sync") { self.topicIsWhole }
    }

    var topicIsWhole: Bool {
        self.kafka.isWhole(partitions: self.trial.topic.partitions, inSync: self.trial.topic.replicationFactor)
    }

    private var load: Load {
        let wanted = self.trial.load
        var load = Load(
            bootstrapServers: wanted.bootstrap,
            resolver: self.cluster.resolver,
            topic: self.trial.topic.name,
            partitions: self.trial.topic.partitions
        )
        load.producers = wanted.producers
        load.rate = wanted.rate
        load.size = wanted.size
        load.acks =
            switch wanted.acknowledgement {
            case .none: .none
            case .leader: .leader
            case .all: .all
            }
        load.isIdempotent = wanted.idempotence
        load.lingerMs = wanted.linger.seconds * 1000
        load.overrides = wanted.settings
        load.consumers = wanted.consumers
        load.group = wanted.group
        return load
    }

    // MARK: - The change

    private func change(under workload: Workload, since start: Int64) async throws {
        try await self.wait("the load has begun") {
            self.progress(.status(self.status(workload)))
            let progress = workload.progress
            return progress.acknowledged > 0 && (self.trial.load.consumers == 0 || progress.delivered > 0)
        }
        try await self.goOn(for: self.trial.load.before, workload)
        await self.noteBrokers()
        self.begin("change", "\(self.trial.steps.count) steps under load")
        let begin = MonotonicClock.now.nanoseconds
        self.evidence.change = begin...begin
        for step in self.trial.steps {
            self.log.record(.step("\(step)"))
            try await self.perform(step, workload)
        }
        self.evidence.change = begin...MonotonicClock.now.nanoseconds
        self.noteRevisions()
        self.begin("after", "the load goes on")
        try await self.goOn(for: self.trial.load.after, workload)
    }

    func goOn(for duration: Duration, _ workload: Workload) async throws {
        let until = MonotonicClock.now + duration
        while MonotonicClock.now < until {
            self.progress(.status(self.status(workload)))
            try await Task.sleep(for: min(Self.interval, until - MonotonicClock.now))
        }
    }

    /// Which pods the brokers run in, and which of them are controller and coordinator.
    private func noteBrokers() async {
        let pods = self.observer.currentPods
        for broker in self.kafka.metadata?.brokers ?? [] {
            let pod = pods.first { $0.status.podIP == broker.host || broker.host.hasPrefix("\($0.metadata.name).") }
            self.evidence.podsByBroker[broker.id] = pod?.metadata.name
        }
        let controller = self.kafka.metadata?.controller
        self.evidence.controllerPod = controller.flatMap { self.evidence.podsByBroker[$0] }
        let coordinator = await self.kafka.coordinator(of: self.trial.load.group)
        self.evidence.coordinatorPod = coordinator.flatMap { self.evidence.podsByBroker[$0] }
    }

    private func noteRevisions() {
        guard let target = self.trial.rolledSet,
            let set = self.observer.set(target.name, namespace: target.namespace),
            let newest = set.json["status", "updateRevision"]?.string
        else { return }
        self.evidence.updatedPods = self.observer.currentPods.filter { pod in
            pod.metadata.namespace == target.namespace
                && pod.json["metadata", "ownerReferences"]?.array?.first?["uid"] == set.json["metadata", "uid"]
                && pod.json["metadata", "labels", "controller-revision-hash"]?.string == newest
        }.map(\.metadata.name).sorted()
    }

    // MARK: - After the load

    private func settle(_ workload: Workload) async throws {
        var failures: [any Error] = []
        // After Ctrl-C the cluster goes down too: nothing more will be acknowledged, and nobody wants to wait for it.
        let limit = Task.isCancelled ? Self.settlingAfterCancellation : Self.settling
        do { try await workload.stopProducing(flushingFor: limit) } catch { failures.append(error) }
        self.evidence.lag = await workload.drain(within: limit)
        do { try await workload.stopConsuming() } catch { failures.append(error) }
        if !Task.isCancelled {
            do { try await workload.readToEnd(within: limit) } catch { failures.append(error) }
        }
        self.evidence.historyFiles = workload.historyFiles
        if let first = failures.first { throw first }
    }

    private func note(_ workload: Workload) {
        let progress = workload.progress
        self.evidence.retriableErrors = progress.retriableErrors
        self.evidence.failures = progress.failures
    }
}
