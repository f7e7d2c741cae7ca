// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The tables of the other kinds.
enum ObjectSchema {
    static let core = """
        # io.k8s.api.core.v1
        Namespace!: metadata ObjectMeta; spec NamespaceSpec; status NamespaceStatus
        NamespaceSpec: finalizers [string]
        NamespaceStatus: phase string; conditions [NamespaceCondition] merge:type
        NamespaceCondition:
            type= string; status= string; lastTransitionTime= time; reason string; message string
        Node!: metadata ObjectMeta; spec NodeSpec; status NodeStatus
        NodeSpec:
            podCIDR string; podCIDRs [string] merge; providerID string; unschedulable bool; taints [Taint]
            configSource any; externalID string
        Taint: key= string; value string; effect= string; timeAdded time*
        NodeStatus:
            capacity {quantity}; allocatable {quantity}; phase string; conditions [NodeCondition] merge:type
            addresses [NodeAddress] merge:type; daemonEndpoints NodeDaemonEndpoints; nodeInfo NodeSystemInfo
            images [ContainerImage]; volumesInUse [string]; volumesAttached [AttachedVolume]; config any
            runtimeHandlers [NodeRuntimeHandler]; features any; declaredFeatures [string]
        NodeCondition:
            type= string; status= string; lastHeartbeatTime= time; lastTransitionTime= time; reason string
            message string
        NodeAddress: type= string; address= string
        NodeDaemonEndpoints: kubeletEndpoint DaemonEndpoint
        DaemonEndpoint: Port= int32
        NodeSystemInfo:
            machineID= string; systemUUID= string; bootID= string; kernelVersion= string; osImage= string
            containerRuntimeVersion= string; kubeletVersion= string; kubeProxyVersion= string
            operatingSystem= string; architecture= string; swap NodeSwapStatus*
        NodeSwapStatus: capacity int64*
        NodeRuntimeHandler: name string; features any
        ContainerImage: names [string]; sizeBytes int64
        AttachedVolume: name= string; devicePath= string
        Service!: metadata ObjectMeta; spec ServiceSpec; status ServiceStatus
        ServiceSpec:
            ports [ServicePort] merge:port; selector {string}; clusterIP string; clusterIPs [string]; type string
            externalIPs [string]; sessionAffinity string; loadBalancerIP string; loadBalancerSourceRanges [string]
            externalName string; externalTrafficPolicy string; healthCheckNodePort int32
            publishNotReadyAddresses bool; sessionAffinityConfig SessionAffinityConfig*; ipFamilies [string]
            ipFamilyPolicy string*; allocateLoadBalancerNodePorts bool*; loadBalancerClass string*
            internalTrafficPolicy string*; trafficDistribution string*
        ServicePort:
            name string; protocol string; appProtocol string*; port= int32; targetPort= intstr; nodePort int32
        SessionAffinityConfig: clientIP ClientIPConfig*
        ClientIPConfig: timeoutSeconds int32*
        ServiceStatus: loadBalancer LoadBalancerStatus; conditions [Condition] merge:type
        LoadBalancerStatus: ingress [LoadBalancerIngress]
        LoadBalancerIngress: ip string; hostname string; ipMode string*; ports [PortStatus]
        PortStatus: port= int32; protocol= string; error string*
        Endpoints!: metadata ObjectMeta; subsets [EndpointSubset]
        EndpointSubset:
            addresses [EndpointAddress]; notReadyAddresses [EndpointAddress]; ports [EndpointPort]
        EndpointAddress: ip= string; hostname string; nodeName string*; targetRef ObjectReference*
        EndpointPort: name string; port= int32; protocol string; appProtocol string*
        ConfigMap!: metadata ObjectMeta; immutable bool*; data {string}; binaryData {bytes}
        PersistentVolumeClaim!:
            metadata ObjectMeta; spec PersistentVolumeClaimSpec; status PersistentVolumeClaimStatus
        PersistentVolumeClaimSpec:
            accessModes [string]; selector LabelSelector*; resources VolumeResourceRequirements; volumeName string
            storageClassName string*; volumeMode string*; dataSource TypedLocalObjectReference*
            dataSourceRef TypedObjectReference*; volumeAttributesClassName string*
        VolumeResourceRequirements: limits {quantity}; requests {quantity}
        PersistentVolumeClaimStatus:
            phase string; accessModes [string]; capacity {quantity}
            conditions [PersistentVolumeClaimCondition] merge:type; allocatedResources {quantity}
            allocatedResourceStatuses {string}; currentVolumeAttributesClassName string*
            modifyVolumeStatus any
        PersistentVolumeClaimCondition:
            type= string; status= string; lastProbeTime= time; lastTransitionTime= time; reason string; message string
        TypedLocalObjectReference: apiGroup= string*; kind= string; name= string
        TypedObjectReference: apiGroup= string*; kind= string; name= string; namespace string*
        PersistentVolume!: metadata ObjectMeta; spec PersistentVolumeSpec; status PersistentVolumeStatus
        PersistentVolumeSpec:
            capacity {quantity}; gcePersistentDisk any; awsElasticBlockStore any; hostPath HostPathVolumeSource*
            glusterfs any; nfs NFSVolumeSource*; rbd any; iscsi any; cinder any; cephfs any; fc any; flocker any
            flexVolume any; azureFile any; vsphereVolume any; quobyte any; azureDisk any; photonPersistentDisk any
            portworxVolume any; scaleIO any; local LocalVolumeSource*; storageos any; csi CSIPersistentVolumeSource*
            accessModes [string]; claimRef ObjectReference*; persistentVolumeReclaimPolicy string
            storageClassName string; mountOptions [string]; volumeMode string*; nodeAffinity VolumeNodeAffinity*
            volumeAttributesClassName string*
        LocalVolumeSource: path= string; fsType string*
        CSIPersistentVolumeSource:
            driver= string; volumeHandle= string; readOnly bool; fsType string; volumeAttributes {string}
            controllerPublishSecretRef any; nodeStageSecretRef any; nodePublishSecretRef any
            controllerExpandSecretRef any; nodeExpandSecretRef any
        VolumeNodeAffinity: required NodeSelector*
        PersistentVolumeStatus: phase string; message string; reason string; lastPhaseTransitionTime time*
        Event!:
            metadata ObjectMeta; involvedObject ObjectReference; reason string; message string; source EventSource
            firstTimestamp= time; lastTimestamp= time; count int32; type string; eventTime= microtime
            series EventSeries*; action string; related ObjectReference*; reportingComponent= string
            reportingInstance= string
        EventSource: component string; host string
        EventSeries: count int32; lastObservedTime= microtime
        ObjectReference:
            kind string; namespace string; name string; uid string; apiVersion string; resourceVersion string
            fieldPath string
        LocalObjectReference: name string
        """

    static let others = """
        # io.k8s.apimachinery.pkg.apis.meta.v1
        ObjectMeta:
            name string; generateName string; namespace string; selfLink string; uid string; resourceVersion string
            generation int64; creationTimestamp time; deletionTimestamp time*; deletionGracePeriodSeconds int64*
            labels {string}; annotations {string}; ownerReferences [OwnerReference] merge:uid
            finalizers [string] merge; managedFields [ManagedFieldsEntry]
        OwnerReference:
            apiVersion= string; kind= string; name= string; uid= string; controller bool*; blockOwnerDeletion bool*
        ManagedFieldsEntry:
            manager string; operation string; apiVersion string; time time*; fieldsType string; fieldsV1 any
            subresource string
        LabelSelector: matchLabels {string}; matchExpressions [LabelSelectorRequirement]
        LabelSelectorRequirement: key= string; operator= string; values [string]
        Condition:
            type= string; status= string; observedGeneration int64; lastTransitionTime= time; reason= string
            message= string
        # io.k8s.api.apps.v1
        StatefulSet!: metadata ObjectMeta; spec StatefulSetSpec; status StatefulSetStatus
        StatefulSetSpec:
            replicas int32*; selector= LabelSelector*; template PodTemplateSpec
            volumeClaimTemplates [PersistentVolumeClaim]; serviceName= string; podManagementPolicy string
            updateStrategy StatefulSetUpdateStrategy; revisionHistoryLimit int32*; minReadySeconds int32
            persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy*
            ordinals StatefulSetOrdinals*
        StatefulSetUpdateStrategy: type string; rollingUpdate RollingUpdateStatefulSetStrategy*
        RollingUpdateStatefulSetStrategy: partition int32*; maxUnavailable intstr*
        StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted string; whenScaled string
        StatefulSetOrdinals: start= int32
        StatefulSetStatus:
            observedGeneration int64; replicas= int32; readyReplicas int32; currentReplicas int32
            updatedReplicas int32; currentRevision string; updateRevision string; collisionCount int32*
            conditions [StatefulSetCondition] merge:type; availableReplicas= int32
        StatefulSetCondition:
            type= string; status= string; lastTransitionTime= time; reason string; message string
        ControllerRevision!: metadata ObjectMeta; data any; revision= int64
        # io.k8s.api.policy.v1
        PodDisruptionBudget!: metadata ObjectMeta; spec PodDisruptionBudgetSpec; status PodDisruptionBudgetStatus
        PodDisruptionBudgetSpec:
            minAvailable intstr*; selector LabelSelector* replace; maxUnavailable intstr*
            unhealthyPodEvictionPolicy string*
        PodDisruptionBudgetStatus:
            observedGeneration int64; disruptedPods {time}; disruptionsAllowed= int32; currentHealthy= int32
            desiredHealthy= int32; expectedPods= int32; conditions [Condition] merge:type
        Eviction!: metadata ObjectMeta; deleteOptions any
        # io.k8s.api.storage.v1
        StorageClass!:
            metadata ObjectMeta; provisioner= string; parameters {string}; reclaimPolicy string*
            mountOptions [string]; allowVolumeExpansion bool*; volumeBindingMode string*
            allowedTopologies [TopologySelectorTerm]
        # io.k8s.api.core.v1
        TopologySelectorTerm: matchLabelExpressions [TopologySelectorLabelRequirement]
        TopologySelectorLabelRequirement: key= string; values= [string]
        # io.k8s.api.autoscaling.v1
        Scale!: metadata ObjectMeta; spec ScaleSpec; status ScaleStatus
        ScaleSpec: replicas int32
        ScaleStatus: replicas= int32; selector string
        """
}
