// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaProtocol

/// Every message that can be coded.
let allMessages: [any Message.Type] = [
    ApiVersionsRequest.self, ApiVersionsResponse.self,
    AlterPartitionRequest.self, AlterPartitionResponse.self,
    ControlledShutdownRequest.self, ControlledShutdownResponse.self,
    CreatePartitionsRequest.self, CreatePartitionsResponse.self,
    CreateTopicsRequest.self, CreateTopicsResponse.self,
    DeleteGroupsRequest.self, DeleteGroupsResponse.self,
    DeleteTopicsRequest.self, DeleteTopicsResponse.self,
    DescribeConfigsRequest.self, DescribeConfigsResponse.self,
    DescribeGroupsRequest.self, DescribeGroupsResponse.self,
    ElectLeadersRequest.self, ElectLeadersResponse.self,
    FetchRequest.self, FetchResponse.self,
    FindCoordinatorRequest.self, FindCoordinatorResponse.self,
    HeartbeatRequest.self, HeartbeatResponse.self,
    InitProducerIdRequest.self, InitProducerIdResponse.self,
    JoinGroupRequest.self, JoinGroupResponse.self,
    LeaderAndIsrRequest.self, LeaderAndIsrResponse.self,
    LeaveGroupRequest.self, LeaveGroupResponse.self,
    ListGroupsRequest.self, ListGroupsResponse.self,
    ListOffsetsRequest.self, ListOffsetsResponse.self,
    MetadataRequest.self, MetadataResponse.self,
    OffsetCommitRequest.self, OffsetCommitResponse.self,
    OffsetFetchRequest.self, OffsetFetchResponse.self,
    OffsetForLeaderEpochRequest.self, OffsetForLeaderEpochResponse.self,
    ProduceRequest.self, ProduceResponse.self,
    StopReplicaRequest.self, StopReplicaResponse.self,
    SyncGroupRequest.self, SyncGroupResponse.self,
    UpdateMetadataRequest.self, UpdateMetadataResponse.self,
]
