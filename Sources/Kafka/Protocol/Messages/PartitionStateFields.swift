// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What LeaderAndIsr and UpdateMetadata both say of a partition, in the order in which both say it.
package struct PartitionStateFields: Hashable, Sendable {
    /// The partition.
    package var partitionIndex: Int32 = 0
    /// The controller's epoch.
    package var controllerEpoch: Int32 = 0
    /// The leading broker; -1 for none, -2 while the topic is being deleted.
    package var leader: Int32 = 0
    /// The leader epoch.
    package var leaderEpoch: Int32 = 0
    /// The replicas in sync.
    package var isr: [Int32] = []
    /// The version of the partition's state in ZooKeeper.
    package var zkVersion: Int32 = 0
    /// All replicas, the preferred leader first.
    package var replicas: [Int32] = []

    package init() {}

    mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
        try visitor.visit(&self.partitionIndex)
        try visitor.visit(&self.controllerEpoch)
        try visitor.visit(&self.leader)
        try visitor.visit(&self.leaderEpoch)
        try visitor.visit(&self.isr)
        try visitor.visit(&self.zkVersion)
        try visitor.visit(&self.replicas)
    }
}

/// The states of one topic's partitions, of the one kind or the other.
package struct TopicPartitionStates<State: WireStructure>: WireStructure {
    /// The topic.
    package var topicName: String = ""
    /// The topic's id; zero for none.
    package var topicId: TopicID = .zero
    /// The states by partition.
    package var partitionStates: [State] = []

    package init() {}

    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
        try visitor.visit(&self.topicName)
        try visitor.visit(&self.topicId)
        try visitor.visit(&self.partitionStates)
    }
}
