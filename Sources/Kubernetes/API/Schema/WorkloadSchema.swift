// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The tables of workloads beside StatefulSets, of accounts, slices, leases and priorities, and of what is asked rather
/// than stored.
enum WorkloadSchema {
    static let workloads = """
        # io.k8s.api.apps.v1
        DaemonSet!: metadata ObjectMeta; spec DaemonSetSpec; status DaemonSetStatus
        DaemonSetSpec:
            selector= LabelSelector*; template PodTemplateSpec; updateStrategy DaemonSetUpdateStrategy
            minReadySeconds int32; revisionHistoryLimit int32*
        DaemonSetUpdateStrategy: type string; rollingUpdate RollingUpdateDaemonSet*
        RollingUpdateDaemonSet: maxUnavailable intstr*; maxSurge intstr*
        DaemonSetStatus:
            currentNumberScheduled= int32; numberMisscheduled= int32; desiredNumberScheduled= int32
            numberReady= int32; observedGeneration int64; updatedNumberScheduled int32; numberAvailable int32
            numberUnavailable int32; collisionCount int32*; conditions [DaemonSetCondition] merge:type
        DaemonSetCondition:
            type= string; status= string; lastTransitionTime= time; reason string; message string
        Deployment!: metadata ObjectMeta; spec DeploymentSpec; status DeploymentStatus
        DeploymentSpec:
            replicas int32*; selector= LabelSelector*; template PodTemplateSpec
            strategy DeploymentStrategy retainKeys; minReadySeconds int32; revisionHistoryLimit int32*; paused bool
            progressDeadlineSeconds int32*
        DeploymentStrategy: type string; rollingUpdate RollingUpdateDeployment*
        RollingUpdateDeployment: maxUnavailable intstr*; maxSurge intstr*
        DeploymentStatus:
            observedGeneration int64; replicas int32; updatedReplicas int32; readyReplicas int32
            availableReplicas int32; unavailableReplicas int32; terminatingReplicas int32*
            conditions [DeploymentCondition] merge:type; collisionCount int32*
        DeploymentCondition:
            type= string; status= string; lastUpdateTime= time; lastTransitionTime= time; reason string
            message string
        ReplicaSet!: metadata ObjectMeta; spec ReplicaSetSpec; status ReplicaSetStatus
        ReplicaSetSpec:
            replicas int32*; minReadySeconds int32; selector= LabelSelector*; template PodTemplateSpec
        ReplicaSetStatus:
            replicas= int32; fullyLabeledReplicas int32; readyReplicas int32; availableReplicas int32
            terminatingReplicas int32*; observedGeneration int64; conditions [ReplicaSetCondition] merge:type
        ReplicaSetCondition:
            type= string; status= string; lastTransitionTime= time; reason string; message string
        # io.k8s.api.batch.v1
        Job!: metadata ObjectMeta; spec JobSpec; status JobStatus
        JobSpec:
            parallelism int32*; completions int32*; activeDeadlineSeconds int64*; podFailurePolicy any
            successPolicy any; backoffLimit int32*; backoffLimitPerIndex int32*; maxFailedIndexes int32*
            selector LabelSelector*; manualSelector bool*; template PodTemplateSpec; ttlSecondsAfterFinished int32*
            completionMode string*; suspend bool*; podReplacementPolicy string*; managedBy string*
        JobStatus:
            conditions [JobCondition] merge:type; startTime time*; completionTime time*; active int32
            succeeded int32; failed int32; terminating int32*; completedIndexes string; failedIndexes string*
            uncountedTerminatedPods UncountedTerminatedPods*; ready int32*
        JobCondition:
            type= string; status= string; lastProbeTime time; lastTransitionTime time; reason string
            message string
        UncountedTerminatedPods: succeeded [string]; failed [string]
        """

    static let others = """
        # io.k8s.api.core.v1
        Secret!: metadata ObjectMeta; immutable bool*; data {bytes}; stringData {string}; type string
        ServiceAccount!:
            metadata ObjectMeta; secrets [ObjectReference] merge:name; imagePullSecrets [LocalObjectReference]
            automountServiceAccountToken bool*
        # io.k8s.api.discovery.v1
        EndpointSlice!:
            metadata ObjectMeta; addressType= string; endpoints= [Endpoint]; ports= [EndpointSlicePort]
        Endpoint:
            addresses= [string]; conditions EndpointConditions; hostname string*; targetRef ObjectReference*
            deprecatedTopology {string}; nodeName string*; zone string*; hints EndpointHints*
        EndpointConditions: ready bool*; serving bool*; terminating bool*
        EndpointHints: forZones [ForZone]; forNodes [ForNode]
        ForZone: name= string
        ForNode: name= string
        EndpointSlicePort: name string*; protocol string*; port int32*; appProtocol string*
        # io.k8s.api.coordination.v1
        Lease!: metadata ObjectMeta; spec LeaseSpec
        LeaseSpec:
            holderIdentity string*; leaseDurationSeconds int32*; acquireTime microtime*; renewTime microtime*
            leaseTransitions int32*; strategy string*; preferredHolder string*
        # io.k8s.api.scheduling.v1
        PriorityClass!:
            metadata ObjectMeta; value= int32; globalDefault bool; description string; preemptionPolicy string*
        # io.k8s.api.events.v1
        EventsEvent!:
            metadata ObjectMeta; eventTime= microtime; series EventSeries*; reportingController string
            reportingInstance string; action string; reason string; regarding ObjectReference
            related ObjectReference*; note string; type string; deprecatedSource EventSource
            deprecatedFirstTimestamp time; deprecatedLastTimestamp time; deprecatedCount int32
        # io.k8s.api.authentication.v1
        TokenRequest!: metadata ObjectMeta; spec TokenRequestSpec; status TokenRequestStatus
        TokenRequestSpec: audiences= [string]; expirationSeconds int64*; boundObjectRef BoundObjectReference*
        BoundObjectReference: kind string; apiVersion string; name string; uid string
        TokenRequestStatus: token= string; expirationTimestamp= time
        SelfSubjectReview!: metadata ObjectMeta; status SelfSubjectReviewStatus
        SelfSubjectReviewStatus: userInfo UserInfo
        UserInfo: username string; uid string; groups [string]; extra any
        # io.k8s.api.authorization.v1
        SelfSubjectAccessReview!:
            metadata ObjectMeta; spec SelfSubjectAccessReviewSpec; status SubjectAccessReviewStatus
        SelfSubjectAccessReviewSpec:
            resourceAttributes ResourceAttributes*; nonResourceAttributes NonResourceAttributes*
        SelfSubjectRulesReview!:
            metadata ObjectMeta; spec SelfSubjectRulesReviewSpec; status SubjectRulesReviewStatus
        SelfSubjectRulesReviewSpec: namespace string
        SubjectRulesReviewStatus:
            resourceRules= [ResourceRule]; nonResourceRules= [NonResourceRule]; incomplete= bool
            evaluationError string
        ResourceRule: verbs= [string]; apiGroups [string]; resources [string]; resourceNames [string]
        NonResourceRule: verbs= [string]; nonResourceURLs [string]
        ResourceAttributes:
            namespace string; verb string; group string; version string; resource string; subresource string
            name string; fieldSelector any; labelSelector any
        NonResourceAttributes: path string; verb string
        SubjectAccessReviewStatus: allowed= bool; denied bool; reason string; evaluationError string
        """
}
