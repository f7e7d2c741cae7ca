// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The table of containers, volumes and what belongs to them.
enum ContainerSchema {
    static let table = """
        # io.k8s.api.core.v1
        Container:
            name= string; image string; command [string]; args [string]; workingDir string
            ports [ContainerPort] merge:containerPort; envFrom [EnvFromSource]; env [EnvVar] merge:name
            resources ResourceRequirements; resizePolicy [ContainerResizePolicy]; restartPolicy string*
            restartPolicyRules [ContainerRestartRule]; volumeMounts [VolumeMount] merge:mountPath
            volumeDevices [VolumeDevice] merge:devicePath; livenessProbe Probe*; readinessProbe Probe*
            startupProbe Probe*; lifecycle Lifecycle*; terminationMessagePath string; terminationMessagePolicy string
            imagePullPolicy string; securityContext SecurityContext*; stdin bool; stdinOnce bool; tty bool
        EphemeralContainer:
            name= string; image string; command [string]; args [string]; workingDir string
            ports [ContainerPort] merge:containerPort; envFrom [EnvFromSource]; env [EnvVar] merge:name
            resources ResourceRequirements; resizePolicy [ContainerResizePolicy]; restartPolicy string*
            restartPolicyRules [ContainerRestartRule]; volumeMounts [VolumeMount] merge:mountPath
            volumeDevices [VolumeDevice] merge:devicePath; livenessProbe Probe*; readinessProbe Probe*
            startupProbe Probe*; lifecycle Lifecycle*; terminationMessagePath string; terminationMessagePolicy string
            imagePullPolicy string; securityContext SecurityContext*; stdin bool; stdinOnce bool; tty bool
            targetContainerName string
        ContainerPort: name string; hostPort int32; containerPort= int32; protocol string; hostIP string
        ContainerResizePolicy: resourceName= string; restartPolicy= string
        ContainerRestartRule: action string; exitCodes ContainerRestartRuleOnExitCodes*
        ContainerRestartRuleOnExitCodes: operator string; values [int32]
        EnvVar: name= string; value string; valueFrom EnvVarSource*
        EnvVarSource:
            fieldRef ObjectFieldSelector*; resourceFieldRef ResourceFieldSelector*
            configMapKeyRef ConfigMapKeySelector*; secretKeyRef SecretKeySelector*; fileKeyRef FileKeySelector*
        ObjectFieldSelector: apiVersion string; fieldPath= string
        ResourceFieldSelector: containerName string; resource= string; divisor= quantity
        ConfigMapKeySelector: name string; key= string; optional bool*
        SecretKeySelector: name string; key= string; optional bool*
        FileKeySelector: volumeName= string; path= string; key= string; optional bool*
        EnvFromSource: prefix string; configMapRef ConfigMapEnvSource*; secretRef SecretEnvSource*
        ConfigMapEnvSource: name string; optional bool*
        SecretEnvSource: name string; optional bool*
        ResourceRequirements: limits {quantity}; requests {quantity}; claims [ResourceClaim]
        ResourceClaim: name= string; request string
        VolumeMount:
            name= string; readOnly bool; recursiveReadOnly string*; mountPath= string; subPath string
            mountPropagation string*; subPathExpr string
        VolumeDevice: name= string; devicePath= string
        Probe:
            exec ExecAction*; httpGet HTTPGetAction*; tcpSocket TCPSocketAction*; grpc GRPCAction*
            initialDelaySeconds int32; timeoutSeconds int32; periodSeconds int32; successThreshold int32
            failureThreshold int32; terminationGracePeriodSeconds int64*
        ExecAction: command [string]
        HTTPGetAction:
            path string; port= intstr; host string; scheme string; httpHeaders [HTTPHeader]
        HTTPHeader: name= string; value= string
        TCPSocketAction: port= intstr; host string
        GRPCAction: port= int32; service= string*
        SleepAction: seconds= int64
        Lifecycle: postStart LifecycleHandler*; preStop LifecycleHandler*; stopSignal string*
        LifecycleHandler:
            exec ExecAction*; httpGet HTTPGetAction*; tcpSocket TCPSocketAction*; sleep SleepAction*
        SecurityContext:
            capabilities Capabilities*; privileged bool*; seLinuxOptions SELinuxOptions*
            windowsOptions WindowsSecurityContextOptions*; runAsUser int64*; runAsGroup int64*; runAsNonRoot bool*
            readOnlyRootFilesystem bool*; allowPrivilegeEscalation bool*; procMount string*
            seccompProfile SeccompProfile*; appArmorProfile AppArmorProfile*
        Capabilities: add [string]; drop [string]
        ContainerStatus:
            name= string; state ContainerState; lastState ContainerState; ready= bool; restartCount= int32
            image= string; imageID= string; containerID string; started bool*; allocatedResources {quantity}
            resources ResourceRequirements*; volumeMounts [VolumeMountStatus] merge:mountPath; user ContainerUser*
            allocatedResourcesStatus [ResourceStatus] merge:name; stopSignal string*
        ContainerState:
            waiting ContainerStateWaiting*; running ContainerStateRunning*; terminated ContainerStateTerminated*
        ContainerStateWaiting: reason string; message string
        ContainerStateRunning: startedAt= time
        ContainerStateTerminated:
            exitCode= int32; signal int32; reason string; message string; startedAt= time; finishedAt= time
            containerID string
        VolumeMountStatus: name= string; mountPath= string; readOnly bool; recursiveReadOnly string*
        ContainerUser: linux LinuxContainerUser*
        LinuxContainerUser: uid= int64; gid= int64; supplementalGroups [int64]
        ResourceStatus: name= string; resources [any]
        Volume:
            name= string; hostPath HostPathVolumeSource*; emptyDir EmptyDirVolumeSource*
            gcePersistentDisk any; awsElasticBlockStore any; gitRepo GitRepoVolumeSource*; secret SecretVolumeSource*
            nfs NFSVolumeSource*; iscsi any; glusterfs any; persistentVolumeClaim PersistentVolumeClaimVolumeSource*
            rbd any; flexVolume any; cinder any; cephfs any; flocker any; downwardAPI DownwardAPIVolumeSource*
            fc any; azureFile any; configMap ConfigMapVolumeSource*; vsphereVolume any; quobyte any; azureDisk any
            photonPersistentDisk any; projected ProjectedVolumeSource*; portworxVolume any; scaleIO any
            storageos any; csi CSIVolumeSource*; ephemeral EphemeralVolumeSource*; image ImageVolumeSource*
        HostPathVolumeSource: path= string; type string*
        EmptyDirVolumeSource: medium string; sizeLimit quantity*
        GitRepoVolumeSource: repository= string; revision string; directory string
        SecretVolumeSource: secretName string; items [KeyToPath]; defaultMode int32*; optional bool*
        NFSVolumeSource: server= string; path= string; readOnly bool
        PersistentVolumeClaimVolumeSource: claimName= string; readOnly bool
        DownwardAPIVolumeSource: items [DownwardAPIVolumeFile]; defaultMode int32*
        DownwardAPIVolumeFile:
            path= string; fieldRef ObjectFieldSelector*; resourceFieldRef ResourceFieldSelector*; mode int32*
        ConfigMapVolumeSource: name string; items [KeyToPath]; defaultMode int32*; optional bool*
        KeyToPath: key= string; path= string; mode int32*
        ProjectedVolumeSource: sources= [VolumeProjection]; defaultMode int32*
        VolumeProjection:
            secret SecretProjection*; downwardAPI DownwardAPIProjection*; configMap ConfigMapProjection*
            serviceAccountToken ServiceAccountTokenProjection*; clusterTrustBundle any; podCertificate any
        SecretProjection: name string; items [KeyToPath]; optional bool*
        DownwardAPIProjection: items [DownwardAPIVolumeFile]
        ConfigMapProjection: name string; items [KeyToPath]; optional bool*
        ServiceAccountTokenProjection: audience string; expirationSeconds int64*; path= string
        CSIVolumeSource:
            driver= string; readOnly bool*; fsType string*; volumeAttributes {string}
            nodePublishSecretRef LocalObjectReference*
        EphemeralVolumeSource: volumeClaimTemplate PersistentVolumeClaimTemplate*
        PersistentVolumeClaimTemplate: metadata ObjectMeta; spec PersistentVolumeClaimSpec
        ImageVolumeSource: reference string; pullPolicy string
        """
}
