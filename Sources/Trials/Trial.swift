// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import KubernetesAPI

/// One trial: what is deployed, under which load, what is changed meanwhile, and what must hold.
public struct Trial: Hashable, Sendable {
    /// The name that reports use.
    public var name: String
    /// What the trial shows, in a sentence or two.
    public var about: String
    /// The file it was read from, as the person named it.
    public var file: String
    /// The cluster it needs.
    public var cluster: ClusterNeeds
    /// The objects to deploy, in order, each with the file it came from.
    public var manifests: [Manifest]
    /// The topic that the load uses; created once the brokers are ready.
    public var topic: Topic
    /// Who sends and reads, and how fast.
    public var load: Load
    /// What is done to the cluster under load, in order.
    public var steps: [Step]
    /// Under which guarantees a finding is a failure.
    public var promise: Promise
    /// What must hold beside the promise.
    public var expectations: Expectations
    /// How long the whole trial may take.
    public var timeout: Duration

    /// What the cluster must have.
    public struct ClusterNeeds: Hashable, Sendable {
        /// How many nodes.
        public var nodes = 4
    }

    /// An object to deploy.
    public struct Manifest: Hashable, Sendable {
        /// The file it came from, as the trial names it.
        public var file: String
        /// The first line of its document.
        public var line: Int
        /// The object.
        public var object: JSONValue
    }

    /// The topic under load.
    public struct Topic: Hashable, Sendable {
        /// Its name.
        public var name = "seatrial"
        /// How many partitions.
        public var partitions = 6
        /// Copies of each partition.
        public var replicationFactor = 3
        /// Topic settings by Kafka's names.
        public var configuration: [String: String] = [:]
    }

    /// Who sends and reads.
    public struct Load: Hashable, Sendable {
        /// When a send counts as done.
        public enum Acknowledgement: String, Hashable, Sendable, CaseIterable {
            /// Not even the leader answers (acks=0).
            case none
            /// The leader has appended it (acks=1).
            case leader
            /// All in-sync replicas have it (acks=all).
            case all
        }

        /// `host:port` of the brokers, as a pod would name them.
        public var bootstrap = "kafka-hs.default.svc.cluster.local:9093"
        /// How many producers.
        public var producers = 2
        /// Messages per second over all producers.
        public var rate = 2000
        /// Bytes of a message's value.
        public var size = 100
        /// When a send counts as done.
        public var acknowledgement = Acknowledgement.all
        /// Whether producers number their messages, so that a repeated send is stored once.
        public var idempotence = true
        /// How long a producer gathers messages (librdkafka's linger.ms).
        public var linger = Duration.milliseconds(5)
        /// Further settings of the clients, by librdkafka's names.
        public var settings: [String: String] = [:]
        /// How many members the consumer group has.
        public var consumers = 2
        /// The consumer group's name.
        public var group = "seatrial"
        /// How long the load runs before the first step.
        public var before = Duration.seconds(2)
        /// How long it goes on after the last.
        public var after = Duration.seconds(2)
    }

    /// A named object: `statefulset/kafka`.
    public struct Target: Hashable, Sendable, CustomStringConvertible {
        /// The kind of object.
        public var resource: GroupVersionResource
        /// Its namespace.
        public var namespace: String
        /// Its name.
        public var name: String

        public var description: String { "\(self.resource)/\(self.name)" }
    }

    /// Something done to the cluster.
    public enum Step: Hashable, Sendable {
        /// Patches an object.
        case patch(Target, type: String, body: JSONValue)
        /// Waits until a rollout is done as the controller sees it and all replicas are in sync again.
        case rollout(Target)
        /// Deletes a pod.
        case deletePod(Target)
        /// Goes on with the load for a while.
        case pause(Duration)
        /// Kills the leader of a partition (SIGKILL) while its followers stand still (SIGSTOP) for that long, then waits
        /// until another leads and every replica is in sync again.
        case killLeader(partition: Int, followersStoppedFor: Duration)
        /// Kills the first process of a pod (SIGKILL) and waits until it is dead; the kubelet starts it again.
        case killPod(Target)
        /// Cordons the node that a pod is on and evicts all its pods, asking again while a budget refuses.
        case drain(nodeOf: Target)
        /// Goes on with the load until something is so.
        case wait(Condition)
        /// Does the same steps several times.
        case repeated(times: Int, steps: [Step])
    }

    /// What a step can wait for.
    public enum Condition: Hashable, Sendable {
        /// Every pod is ready, every replica is in sync, and each partition has acknowledged something since.
        case whole
        /// That many pods of a StatefulSet, or more, are of its newest revision.
        case updated(Target, Int)
        /// A container of a pod waits for that reason, such as ImagePullBackOff.
        case waiting(pod: Target, reason: String)
    }

    /// Which findings the guarantees in force allow.
    public enum Promise: String, Hashable, Sendable, CaseIterable {
        /// acks=all, replication 3, two in-sync replicas, no unclean election, idempotence: nothing may go wrong.
        case safe
        /// The 2017 manifests as they stand: loss is allowed by the contract, and shown.
        case asPublished = "as-published"
    }

    /// What must hold beside the promise; nil is not asked.
    public struct Expectations: Hashable, Sendable {
        /// The pods in the order in which they must be replaced, each ready before the next.
        public var order: [String] = []
        /// The least share (0…1) of rate × time that must be acknowledged.
        public var acknowledgedShare: Double?
        /// The fewest acknowledgements on each partition during the roll.
        public var acknowledgedPerPartition: Int?
        /// Whether every partition must change its leader.
        public var everyPartitionMoves = false
        /// The fewest retriable errors that clients must meet.
        public var retriableErrors: Int?
        /// Whether the broker of the controller must be among those replaced.
        public var controllerRolled = false
        /// Whether the broker of the group's coordinator must be among those replaced.
        public var coordinatorRolled = false
        /// Whether a disruption budget may be exceeded, in pod-seconds.
        public var budgetExceeded: Double? = 0
        /// The longest time without an acknowledgement on any partition.
        public var unavailability: Duration?
        /// How soon every partition must acknowledge again after a pod's process was killed.
        public var recovery: Recovery?
        /// The pods of the rolled set that must be replaced, once or more, and no others; nil is not asked.
        public var replaced: [String]?
        /// The pods of the rolled set that must be of its newest revision at the end, and no others; nil is not asked.
        public var updated: [String]?
        /// The fewest evictions that a budget must refuse.
        public var evictionsRefused: Int?

        /// After a kill: the session of the dead broker has to end, and the kubelet may hold its container back.
        public struct Recovery: Hashable, Sendable {
            /// The brokers' ZooKeeper session timeout.
            public var sessionTimeout: Duration
            /// What is allowed beside the session and the back-off that was in force.
            public var margin: Duration
        }
    }
}
