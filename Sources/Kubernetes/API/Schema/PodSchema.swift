// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The table of the core group's pods.
enum PodSchema {
    static let table = """
        # io.k8s.api.core.v1
        Pod!: metadata ObjectMeta; spec PodSpec; status PodStatus
        PodSpec:
            volumes [Volume] merge:name retainKeys; initContainers [Container] merge:name
            containers= [Container] merge:name; ephemeralContainers [EphemeralContainer] merge:name
            restartPolicy string; terminationGracePeriodSeconds int64*; activeDeadlineSeconds int64*; dnsPolicy string
            nodeSelector {string}; serviceAccountName string; serviceAccount string
            automountServiceAccountToken bool*; nodeName string; hostNetwork bool; hostPID bool; hostIPC bool
            shareProcessNamespace bool*; securityContext PodSecurityContext*
            imagePullSecrets [LocalObjectReference] merge:name; hostname string; subdomain string
            affinity Affinity*; schedulerName string; tolerations [Toleration]; hostAliases [HostAlias] merge:ip
            priorityClassName string; priority int32*; dnsConfig PodDNSConfig*; readinessGates [PodReadinessGate]
            runtimeClassName string*; enableServiceLinks bool*; preemptionPolicy string*; overhead {quantity}
            topologySpreadConstraints [TopologySpreadConstraint] merge:topologyKey; setHostnameAsFQDN bool*
            os PodOS*; hostUsers bool*; schedulingGates [PodSchedulingGate] merge:name
            resourceClaims [PodResourceClaim] merge:name retainKeys; resources ResourceRequirements*
            hostnameOverride string*
        PodStatus:
            observedGeneration int64; phase string; conditions [PodCondition] merge:type; message string
            reason string; nominatedNodeName string; hostIP string; hostIPs [HostIP] merge:ip; podIP string
            podIPs [PodIP] merge:ip; startTime time*; initContainerStatuses [ContainerStatus]
            containerStatuses [ContainerStatus]; qosClass string; ephemeralContainerStatuses [ContainerStatus]
            resize string; resourceClaimStatuses [PodResourceClaimStatus] merge:name retainKeys
            allocatedResources {quantity}; resources ResourceRequirements*
        PodCondition:
            type= string; observedGeneration int64; status= string; lastProbeTime= time; lastTransitionTime= time
            reason string; message string
        HostIP: ip= string
        PodIP: ip= string
        HostAlias: ip= string; hostnames [string]
        PodOS: name= string
        PodSchedulingGate: name= string
        PodReadinessGate: conditionType= string
        PodResourceClaim: name= string; resourceClaimName string*; resourceClaimTemplateName string*
        PodResourceClaimStatus: name= string; resourceClaimName string*
        PodDNSConfig: nameservers [string]; searches [string]; options [PodDNSConfigOption]
        PodDNSConfigOption: name string; value string*
        PodSecurityContext:
            seLinuxOptions SELinuxOptions*; windowsOptions WindowsSecurityContextOptions*; runAsUser int64*
            runAsGroup int64*; runAsNonRoot bool*; supplementalGroups [int64]; supplementalGroupsPolicy string*
            fsGroup int64*; sysctls [Sysctl]; fsGroupChangePolicy string*; seccompProfile SeccompProfile*
            appArmorProfile AppArmorProfile*; seLinuxChangePolicy string*
        Sysctl: name= string; value= string
        SELinuxOptions: user string; role string; type string; level string
        WindowsSecurityContextOptions:
            gmsaCredentialSpecName string*; gmsaCredentialSpec string*; runAsUserName string*; hostProcess bool*
        SeccompProfile: type= string; localhostProfile string*
        AppArmorProfile: type= string; localhostProfile string*
        TopologySpreadConstraint:
            maxSkew= int32; topologyKey= string; whenUnsatisfiable= string; labelSelector LabelSelector*
            minDomains int32*; nodeAffinityPolicy string*; nodeTaintsPolicy string*; matchLabelKeys [string]
        Toleration:
            key string; operator string; value string; effect string; tolerationSeconds int64*
        Affinity: nodeAffinity NodeAffinity*; podAffinity PodAffinity*; podAntiAffinity PodAntiAffinity*
        NodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution NodeSelector*
            preferredDuringSchedulingIgnoredDuringExecution [PreferredSchedulingTerm]
        PreferredSchedulingTerm: weight= int32; preference NodeSelectorTerm
        NodeSelector: nodeSelectorTerms= [NodeSelectorTerm]
        NodeSelectorTerm: matchExpressions [NodeSelectorRequirement]; matchFields [NodeSelectorRequirement]
        NodeSelectorRequirement: key= string; operator= string; values [string]
        PodAffinity:
            requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm]
            preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
        PodAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution [PodAffinityTerm]
            preferredDuringSchedulingIgnoredDuringExecution [WeightedPodAffinityTerm]
        WeightedPodAffinityTerm: weight= int32; podAffinityTerm PodAffinityTerm
        PodAffinityTerm:
            labelSelector LabelSelector*; namespaces [string]; topologyKey= string
            namespaceSelector LabelSelector*; matchLabelKeys [string]; mismatchLabelKeys [string]
        PodTemplateSpec: metadata ObjectMeta; spec PodSpec
        Binding!: metadata ObjectMeta; target ObjectReference
        """
}
