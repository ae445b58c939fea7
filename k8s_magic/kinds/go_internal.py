"""The API server's internal structs of pods, claims and volumes: their fields in order, which some error messages show whole.

Models pkg/apis/core/types.go. After a field stands what it holds: a struct (`*` where it may be null), or a scalar that
is written even as zero; nothing stands after what is null when it is empty. A lone struct name is an embedded struct.
"""

from __future__ import annotations

STRUCTS: dict[str, str] = {
    "AWSElasticBlockStoreVolumeSource": 'VolumeID:"" FSType:"" Partition:0 ReadOnly:false',
    "Affinity": "NodeAffinity:*NodeAffinity PodAffinity:*PodAffinity PodAntiAffinity:*PodAntiAffinity",
    "AppArmorProfile": 'Type:"" LocalhostProfile:',
    "AzureDiskVolumeSource": 'DiskName:"" DataDiskURI:"" CachingMode: FSType: ReadOnly: Kind:',
    "AzureFilePersistentVolumeSource": 'SecretName:"" ShareName:"" ReadOnly:false SecretNamespace:',
    "AzureFileVolumeSource": 'SecretName:"" ShareName:"" ReadOnly:false',
    "CSIPersistentVolumeSource": (
        'Driver:"" VolumeHandle:"" ReadOnly:false FSType:"" VolumeAttributes: ControllerPublishSecretRef:*SecretReference '
        "NodeStageSecretRef:*SecretReference NodePublishSecretRef:*SecretReference ControllerExpandSecretRef:*SecretReference "
        "NodeExpandSecretRef:*SecretReference"
    ),
    "CSIVolumeSource": 'Driver:"" ReadOnly: FSType: VolumeAttributes: NodePublishSecretRef:*LocalObjectReference',
    "Capabilities": "Add: Drop:",
    "CephFSPersistentVolumeSource": 'Monitors: Path:"" User:"" SecretFile:"" SecretRef:*SecretReference ReadOnly:false',
    "CephFSVolumeSource": 'Monitors: Path:"" User:"" SecretFile:"" SecretRef:*LocalObjectReference ReadOnly:false',
    "CinderPersistentVolumeSource": 'VolumeID:"" FSType:"" ReadOnly:false SecretRef:*SecretReference',
    "CinderVolumeSource": 'VolumeID:"" FSType:"" ReadOnly:false SecretRef:*LocalObjectReference',
    "ClusterTrustBundleProjection": 'Name: SignerName: LabelSelector: Optional: Path:""',
    "ConfigMapEnvSource": "LocalObjectReference Optional:",
    "ConfigMapKeySelector": 'LocalObjectReference Key:"" Optional:',
    "ConfigMapProjection": "LocalObjectReference Items:*KeyToPath Optional:",
    "ConfigMapVolumeSource": "LocalObjectReference Items:*KeyToPath DefaultMode: Optional:",
    "Container": (
        'Name:"" Image:"" Command: Args: WorkingDir:"" Ports:*ContainerPort EnvFrom:*EnvFromSource Env:*EnvVar '
        "Resources:ResourceRequirements ResizePolicy:*ContainerResizePolicy RestartPolicy: "
        "RestartPolicyRules:*ContainerRestartRule VolumeMounts:*VolumeMount VolumeDevices:*VolumeDevice LivenessProbe:*Probe "
        'ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath:"" TerminationMessagePolicy:"" '
        'ImagePullPolicy:"" SecurityContext:*SecurityContext Stdin:false StdinOnce:false TTY:false'
    ),
    "ContainerPort": 'Name:"" HostPort:0 ContainerPort:0 Protocol:"" HostIP:""',
    "ContainerResizePolicy": 'ResourceName:"" RestartPolicy:""',
    "ContainerRestartRule": 'Action:"" ExitCodes:*ContainerRestartRuleOnExitCodes',
    "ContainerRestartRuleOnExitCodes": 'Operator:"" Values:',
    "DownwardAPIProjection": "Items:*DownwardAPIVolumeFile",
    "DownwardAPIVolumeFile": 'Path:"" FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector Mode:',
    "DownwardAPIVolumeSource": "Items:*DownwardAPIVolumeFile DefaultMode:",
    "DeploymentStrategy": 'Type:"" RollingUpdate:*RollingUpdateDeployment',
    "EmptyDirVolumeSource": 'Medium:"" SizeLimit:',
    "EnvFromSource": 'Prefix:"" ConfigMapRef:*ConfigMapEnvSource SecretRef:*SecretEnvSource',
    "EnvVar": 'Name:"" Value:"" ValueFrom:*EnvVarSource',
    "EnvVarSource": (
        "FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector ConfigMapKeyRef:*ConfigMapKeySelector "
        "SecretKeyRef:*SecretKeySelector FileKeyRef:*FileKeySelector"
    ),
    "EphemeralContainer": 'EphemeralContainerCommon TargetContainerName:""',
    "EphemeralContainerCommon": (
        'Name:"" Image:"" Command: Args: WorkingDir:"" Ports:*ContainerPort EnvFrom:*EnvFromSource Env:*EnvVar '
        "Resources:ResourceRequirements ResizePolicy:*ContainerResizePolicy RestartPolicy: "
        "RestartPolicyRules:*ContainerRestartRule VolumeMounts:*VolumeMount VolumeDevices:*VolumeDevice LivenessProbe:*Probe "
        'ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath:"" TerminationMessagePolicy:"" '
        'ImagePullPolicy:"" SecurityContext:*SecurityContext Stdin:false StdinOnce:false TTY:false'
    ),
    "EphemeralVolumeSource": "VolumeClaimTemplate:*PersistentVolumeClaimTemplate",
    "ExecAction": "Command:",
    "FCVolumeSource": 'TargetWWNs: Lun: FSType:"" ReadOnly:false WWIDs:',
    "FileKeySelector": 'VolumeName:"" Path:"" Key:"" Optional:',
    "FlexPersistentVolumeSource": 'Driver:"" FSType:"" SecretRef:*SecretReference ReadOnly:false Options:',
    "FlexVolumeSource": 'Driver:"" FSType:"" SecretRef:*LocalObjectReference ReadOnly:false Options:',
    "FlockerVolumeSource": 'DatasetName:"" DatasetUUID:""',
    "GCEPersistentDiskVolumeSource": 'PDName:"" FSType:"" Partition:0 ReadOnly:false',
    "GRPCAction": "Port:0 Service:",
    "GitRepoVolumeSource": 'Repository:"" Revision:"" Directory:""',
    "GlusterfsPersistentVolumeSource": 'EndpointsName:"" Path:"" ReadOnly:false EndpointsNamespace:',
    "GlusterfsVolumeSource": 'EndpointsName:"" Path:"" ReadOnly:false',
    "HTTPGetAction": 'Path:"" Port:0 Host:"" Scheme:"" HTTPHeaders:*HTTPHeader',
    "HTTPHeader": 'Name:"" Value:""',
    "HostAlias": 'IP:"" Hostnames:',
    "HostPathVolumeSource": 'Path:"" Type:',
    "ISCSIPersistentVolumeSource": (
        'TargetPortal:"" IQN:"" Lun:0 ISCSIInterface:"" FSType:"" ReadOnly:false Portals: DiscoveryCHAPAuth:false '
        "SessionCHAPAuth:false SecretRef:*SecretReference InitiatorName:"
    ),
    "ISCSIVolumeSource": (
        'TargetPortal:"" IQN:"" Lun:0 ISCSIInterface:"" FSType:"" ReadOnly:false Portals: DiscoveryCHAPAuth:false '
        "SessionCHAPAuth:false SecretRef:*LocalObjectReference InitiatorName:"
    ),
    "ImageVolumeSource": 'Reference:"" PullPolicy:""',
    "KeyToPath": 'Key:"" Path:"" Mode:',
    "Lifecycle": "PostStart:*LifecycleHandler PreStop:*LifecycleHandler StopSignal:",
    "LifecycleHandler": "Exec:*ExecAction HTTPGet:*HTTPGetAction TCPSocket:*TCPSocketAction Sleep:*SleepAction",
    "LocalObjectReference": 'Name:""',
    "LocalVolumeSource": 'Path:"" FSType:',
    "NFSVolumeSource": 'Server:"" Path:"" ReadOnly:false',
    "NodeAffinity": (
        "RequiredDuringSchedulingIgnoredDuringExecution:*NodeSelector "
        "PreferredDuringSchedulingIgnoredDuringExecution:*PreferredSchedulingTerm"
    ),
    "NodeSelector": "NodeSelectorTerms:*NodeSelectorTerm",
    "NodeSelectorRequirement": 'Key:"" Operator:"" Values:',
    "NodeSelectorTerm": "MatchExpressions:*NodeSelectorRequirement MatchFields:*NodeSelectorRequirement",
    "ObjectFieldSelector": 'APIVersion:"" FieldPath:""',
    "ObjectReference": 'Kind:"" Namespace:"" Name:"" UID:"" APIVersion:"" ResourceVersion:"" FieldPath:""',
    "PersistentVolumeClaimSpec": (
        'AccessModes: Selector: Resources:VolumeResourceRequirements VolumeName:"" StorageClassName: VolumeMode: '
        "DataSource:*TypedLocalObjectReference DataSourceRef:*TypedObjectReference VolumeAttributesClassName:"
    ),
    "PersistentVolumeClaimTemplate": "META Spec:PersistentVolumeClaimSpec",
    "PersistentVolumeClaimVolumeSource": 'ClaimName:"" ReadOnly:false',
    "PersistentVolumeSource": (
        "GCEPersistentDisk:*GCEPersistentDiskVolumeSource AWSElasticBlockStore:*AWSElasticBlockStoreVolumeSource "
        "HostPath:*HostPathVolumeSource Glusterfs:*GlusterfsPersistentVolumeSource NFS:*NFSVolumeSource "
        "RBD:*RBDPersistentVolumeSource Quobyte:*QuobyteVolumeSource ISCSI:*ISCSIPersistentVolumeSource "
        "FlexVolume:*FlexPersistentVolumeSource Cinder:*CinderPersistentVolumeSource CephFS:*CephFSPersistentVolumeSource "
        "FC:*FCVolumeSource Flocker:*FlockerVolumeSource AzureFile:*AzureFilePersistentVolumeSource "
        "VsphereVolume:*VsphereVirtualDiskVolumeSource AzureDisk:*AzureDiskVolumeSource "
        "PhotonPersistentDisk:*PhotonPersistentDiskVolumeSource PortworxVolume:*PortworxVolumeSource "
        "ScaleIO:*ScaleIOPersistentVolumeSource Local:*LocalVolumeSource StorageOS:*StorageOSPersistentVolumeSource "
        "CSI:*CSIPersistentVolumeSource"
    ),
    "PhotonPersistentDiskVolumeSource": 'PdID:"" FSType:""',
    "PodAffinity": (
        "RequiredDuringSchedulingIgnoredDuringExecution:*PodAffinityTerm "
        "PreferredDuringSchedulingIgnoredDuringExecution:*WeightedPodAffinityTerm"
    ),
    "PodAffinityTerm": 'LabelSelector: Namespaces: TopologyKey:"" NamespaceSelector: MatchLabelKeys: MismatchLabelKeys:',
    "PodAntiAffinity": (
        "RequiredDuringSchedulingIgnoredDuringExecution:*PodAffinityTerm "
        "PreferredDuringSchedulingIgnoredDuringExecution:*WeightedPodAffinityTerm"
    ),
    "PodCertificateProjection": (
        'SignerName:"" KeyType:"" MaxExpirationSeconds: CredentialBundlePath:"" KeyPath:"" CertificateChainPath:"" UserAnnotations:'
    ),
    "PodDNSConfig": "Nameservers: Searches: Options:*PodDNSConfigOption",
    "PodDNSConfigOption": 'Name:"" Value:',
    "PodOS": 'Name:""',
    "PodReadinessGate": 'ConditionType:""',
    "PodResourceClaim": 'Name:"" ResourceClaimName: ResourceClaimTemplateName:',
    "PodSchedulingGate": 'Name:""',
    "PodSchedulingGroup": "PodGroupName:",
    "PodSecurityContext": (
        "HostNetwork:false HostPID:false HostIPC:false ShareProcessNamespace: HostUsers: SELinuxOptions:*SELinuxOptions "
        "WindowsOptions:*WindowsSecurityContextOptions RunAsUser: RunAsGroup: RunAsNonRoot: SupplementalGroups: "
        "SupplementalGroupsPolicy: FSGroup: FSGroupChangePolicy: Sysctls:*Sysctl SeccompProfile:*SeccompProfile "
        "AppArmorProfile:*AppArmorProfile SELinuxChangePolicy:"
    ),
    "PodSpec": (
        'Volumes:*Volume InitContainers:*Container Containers:*Container EphemeralContainers:*EphemeralContainer RestartPolicy:"" '
        'TerminationGracePeriodSeconds: ActiveDeadlineSeconds: DNSPolicy:"" NodeSelector: ServiceAccountName:"" '
        'AutomountServiceAccountToken: NodeName:"" SecurityContext:*PodSecurityContext ImagePullSecrets:*LocalObjectReference '
        'Hostname:"" Subdomain:"" SetHostnameAsFQDN: Affinity:*Affinity SchedulerName:"" Tolerations:*Toleration '
        'HostAliases:*HostAlias PriorityClassName:"" Priority: PreemptionPolicy: DNSConfig:*PodDNSConfig '
        "ReadinessGates:*PodReadinessGate RuntimeClassName: Overhead: EnableServiceLinks: "
        "TopologySpreadConstraints:*TopologySpreadConstraint OS:*PodOS SchedulingGates:*PodSchedulingGate "
        "ResourceClaims:*PodResourceClaim Resources:*ResourceRequirements HostnameOverride: SchedulingGroup:*PodSchedulingGroup"
    ),
    "PortworxVolumeSource": 'VolumeID:"" FSType:"" ReadOnly:false',
    "PreferredSchedulingTerm": "Weight:0 Preference:NodeSelectorTerm",
    "Probe": (
        "ProbeHandler InitialDelaySeconds:0 TimeoutSeconds:0 PeriodSeconds:0 SuccessThreshold:0 FailureThreshold:0 "
        "TerminationGracePeriodSeconds:"
    ),
    "ProbeHandler": "Exec:*ExecAction HTTPGet:*HTTPGetAction TCPSocket:*TCPSocketAction GRPC:*GRPCAction",
    "ProjectedVolumeSource": "Sources:*VolumeProjection DefaultMode:",
    "QuobyteVolumeSource": 'Registry:"" Volume:"" ReadOnly:false User:"" Group:"" Tenant:""',
    "RBDPersistentVolumeSource": (
        'CephMonitors: RBDImage:"" FSType:"" RBDPool:"" RadosUser:"" Keyring:"" SecretRef:*SecretReference ReadOnly:false'
    ),
    "RBDVolumeSource": (
        'CephMonitors: RBDImage:"" FSType:"" RBDPool:"" RadosUser:"" Keyring:"" SecretRef:*LocalObjectReference ReadOnly:false'
    ),
    "ResourceClaim": 'Name:"" Request:""',
    "ResourceFieldSelector": 'ContainerName:"" Resource:"" Divisor:"0"',
    "ResourceRequirements": "Limits: Requests: Claims:*ResourceClaim",
    "RollingUpdateDeployment": "MaxUnavailable:0 MaxSurge:0",
    "SELinuxOptions": 'User:"" Role:"" Type:"" Level:""',
    "ScaleIOPersistentVolumeSource": (
        'Gateway:"" System:"" SecretRef:*SecretReference SSLEnabled:false ProtectionDomain:"" StoragePool:"" StorageMode:"" '
        'VolumeName:"" FSType:"" ReadOnly:false'
    ),
    "ScaleIOVolumeSource": (
        'Gateway:"" System:"" SecretRef:*LocalObjectReference SSLEnabled:false ProtectionDomain:"" StoragePool:"" StorageMode:"" '
        'VolumeName:"" FSType:"" ReadOnly:false'
    ),
    "SeccompProfile": 'Type:"" LocalhostProfile:',
    "SecretEnvSource": "LocalObjectReference Optional:",
    "SecretKeySelector": 'LocalObjectReference Key:"" Optional:',
    "SecretProjection": "LocalObjectReference Items:*KeyToPath Optional:",
    "SecretReference": 'Name:"" Namespace:""',
    "SecretVolumeSource": 'SecretName:"" Items:*KeyToPath DefaultMode: Optional:',
    "SecurityContext": (
        "Capabilities:*Capabilities Privileged: SELinuxOptions:*SELinuxOptions WindowsOptions:*WindowsSecurityContextOptions "
        "RunAsUser: RunAsGroup: RunAsNonRoot: ReadOnlyRootFilesystem: AllowPrivilegeEscalation: ProcMount: "
        "SeccompProfile:*SeccompProfile AppArmorProfile:*AppArmorProfile"
    ),
    "ServiceAccountTokenProjection": 'Audience:"" ExpirationSeconds:0 Path:""',
    "SleepAction": "Seconds:0",
    "StorageOSPersistentVolumeSource": 'VolumeName:"" VolumeNamespace:"" FSType:"" ReadOnly:false SecretRef:*ObjectReference',
    "StorageOSVolumeSource": 'VolumeName:"" VolumeNamespace:"" FSType:"" ReadOnly:false SecretRef:*LocalObjectReference',
    "Sysctl": 'Name:"" Value:""',
    "TCPSocketAction": 'Port:0 Host:""',
    "Toleration": 'Key:"" Operator:"" Value:"" Effect:"" TolerationSeconds:',
    "TopologySpreadConstraint": (
        'MaxSkew:0 TopologyKey:"" WhenUnsatisfiable:"" LabelSelector: MinDomains: NodeAffinityPolicy: NodeTaintsPolicy: MatchLabelKeys:'
    ),
    "TypedLocalObjectReference": 'APIGroup: Kind:"" Name:""',
    "TypedObjectReference": 'APIGroup: Kind:"" Name:"" Namespace:',
    "Volume": 'Name:"" VolumeSource',
    "VolumeDevice": 'Name:"" DevicePath:""',
    "VolumeMount": 'Name:"" ReadOnly:false RecursiveReadOnly: MountPath:"" SubPath:"" MountPropagation: SubPathExpr:""',
    "VolumeProjection": (
        "Secret:*SecretProjection DownwardAPI:*DownwardAPIProjection ConfigMap:*ConfigMapProjection "
        "ServiceAccountToken:*ServiceAccountTokenProjection ClusterTrustBundle:*ClusterTrustBundleProjection "
        "PodCertificate:*PodCertificateProjection"
    ),
    "VolumeResourceRequirements": "Limits: Requests:",
    "VolumeSource": (
        "HostPath:*HostPathVolumeSource EmptyDir:*EmptyDirVolumeSource GCEPersistentDisk:*GCEPersistentDiskVolumeSource "
        "AWSElasticBlockStore:*AWSElasticBlockStoreVolumeSource GitRepo:*GitRepoVolumeSource Secret:*SecretVolumeSource "
        "NFS:*NFSVolumeSource ISCSI:*ISCSIVolumeSource Glusterfs:*GlusterfsVolumeSource "
        "PersistentVolumeClaim:*PersistentVolumeClaimVolumeSource RBD:*RBDVolumeSource Quobyte:*QuobyteVolumeSource "
        "FlexVolume:*FlexVolumeSource Cinder:*CinderVolumeSource CephFS:*CephFSVolumeSource Flocker:*FlockerVolumeSource "
        "DownwardAPI:*DownwardAPIVolumeSource FC:*FCVolumeSource AzureFile:*AzureFileVolumeSource "
        "ConfigMap:*ConfigMapVolumeSource VsphereVolume:*VsphereVirtualDiskVolumeSource AzureDisk:*AzureDiskVolumeSource "
        "PhotonPersistentDisk:*PhotonPersistentDiskVolumeSource Projected:*ProjectedVolumeSource "
        "PortworxVolume:*PortworxVolumeSource ScaleIO:*ScaleIOVolumeSource StorageOS:*StorageOSVolumeSource CSI:*CSIVolumeSource "
        "Ephemeral:*EphemeralVolumeSource Image:*ImageVolumeSource"
    ),
    "VsphereVirtualDiskVolumeSource": 'VolumePath:"" FSType:"" StoragePolicyName:"" StoragePolicyID:""',
    "WeightedPodAffinityTerm": "Weight:0 PodAffinityTerm:PodAffinityTerm",
    "WindowsSecurityContextOptions": "GMSACredentialSpecName: GMSACredentialSpec: RunAsUserName: HostProcess:",
}
