"""Names of Go types that JSON schemas do not tell, for messages such as "of type v1.PullPolicy".

Models staging/src/k8s.io/api/*/*/types.go: named types of fields, and which structs embed which.
"""

from __future__ import annotations

NAMED: dict[str, dict[str, str]] = {
    "apps.v1.DaemonSetUpdateStrategy": {"type": "v1.DaemonSetUpdateStrategyType"},
    "apps.v1.DeploymentStrategy": {"type": "v1.DeploymentStrategyType"},
    "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy": {
        "whenDeleted": "v1.PersistentVolumeClaimRetentionPolicyType",
        "whenScaled": "v1.PersistentVolumeClaimRetentionPolicyType",
    },
    "apps.v1.StatefulSetSpec": {"podManagementPolicy": "v1.PodManagementPolicyType"},
    "apps.v1.StatefulSetUpdateStrategy": {"type": "v1.StatefulSetUpdateStrategyType"},
    "autoscaling.v2.HPAScalingPolicy": {"type": "v2.HPAScalingPolicyType"},
    "autoscaling.v2.HPAScalingRules": {"selectPolicy": "v2.ScalingPolicySelect"},
    "autoscaling.v2.MetricSpec": {"type": "v2.MetricSourceType"},
    "autoscaling.v2.MetricTarget": {"type": "v2.MetricTargetType"},
    "autoscaling.v2.ContainerResourceMetricSource": {"name": "v1.ResourceName"},
    "autoscaling.v2.ResourceMetricSource": {"name": "v1.ResourceName"},
    "batch.v1.CronJobSpec": {"concurrencyPolicy": "v1.ConcurrencyPolicy"},
    "batch.v1.JobSpec": {"completionMode": "v1.CompletionMode", "podReplacementPolicy": "v1.PodReplacementPolicy"},
    "batch.v1.PodFailurePolicyOnExitCodesRequirement": {"operator": "v1.PodFailurePolicyOnExitCodesOperator"},
    "batch.v1.PodFailurePolicyOnPodConditionsPattern": {"type": "v1.PodConditionType", "status": "v1.ConditionStatus"},
    "batch.v1.PodFailurePolicyRule": {"action": "v1.PodFailurePolicyAction"},
    "coordination.v1.LeaseSpec": {"strategy": "v1.CoordinatedLeaseStrategy"},
    "core.v1.AppArmorProfile": {"type": "v1.AppArmorProfileType"},
    "core.v1.Capabilities": {"add": "[]v1.Capability", "drop": "[]v1.Capability"},
    "core.v1.Container": {
        "restartPolicy": "v1.ContainerRestartPolicy",
        "terminationMessagePolicy": "v1.TerminationMessagePolicy",
        "imagePullPolicy": "v1.PullPolicy",
    },
    "core.v1.ContainerPort": {"protocol": "v1.Protocol"},
    "core.v1.ContainerResizePolicy": {"resourceName": "v1.ResourceName", "restartPolicy": "v1.ResourceResizeRestartPolicy"},
    "core.v1.EmptyDirVolumeSource": {"medium": "v1.StorageMedium"},
    "core.v1.EndpointPort": {"protocol": "v1.Protocol"},
    "core.v1.EphemeralContainer": {
        "restartPolicy": "v1.ContainerRestartPolicy",
        "terminationMessagePolicy": "v1.TerminationMessagePolicy",
        "imagePullPolicy": "v1.PullPolicy",
    },
    "core.v1.HTTPGetAction": {"scheme": "v1.URIScheme"},
    "core.v1.HostPathVolumeSource": {"type": "v1.HostPathType"},
    "core.v1.ImageVolumeSource": {"pullPolicy": "v1.PullPolicy"},
    "core.v1.Lifecycle": {"stopSignal": "v1.Signal"},
    "core.v1.LimitRangeItem": {
        "type": "v1.LimitType",
        "max": "v1.ResourceList",
        "min": "v1.ResourceList",
        "default": "v1.ResourceList",
        "defaultRequest": "v1.ResourceList",
        "maxLimitRequestRatio": "v1.ResourceList",
    },
    "core.v1.NamespaceSpec": {"finalizers": "[]v1.FinalizerName"},
    "core.v1.NodeSelectorRequirement": {"operator": "v1.NodeSelectorOperator"},
    "core.v1.NodeStatus": {"capacity": "v1.ResourceList", "allocatable": "v1.ResourceList", "phase": "v1.NodePhase"},
    "core.v1.ObjectReference": {"uid": "types.UID"},
    "core.v1.PersistentVolumeClaimSpec": {"accessModes": "[]v1.PersistentVolumeAccessMode", "volumeMode": "v1.PersistentVolumeMode"},
    "core.v1.PersistentVolumeSpec": {
        "capacity": "v1.ResourceList",
        "accessModes": "[]v1.PersistentVolumeAccessMode",
        "persistentVolumeReclaimPolicy": "v1.PersistentVolumeReclaimPolicy",
        "volumeMode": "v1.PersistentVolumeMode",
    },
    "core.v1.PodOS": {"name": "v1.OSName"},
    "core.v1.PodReadinessGate": {"conditionType": "v1.PodConditionType"},
    "core.v1.PodSecurityContext": {
        "supplementalGroupsPolicy": "v1.SupplementalGroupsPolicy",
        "fsGroupChangePolicy": "v1.PodFSGroupChangePolicy",
        "seLinuxChangePolicy": "v1.PodSELinuxChangePolicy",
    },
    "core.v1.PodSpec": {
        "restartPolicy": "v1.RestartPolicy",
        "dnsPolicy": "v1.DNSPolicy",
        "preemptionPolicy": "v1.PreemptionPolicy",
        "overhead": "v1.ResourceList",
    },
    "core.v1.PodStatus": {"phase": "v1.PodPhase", "qosClass": "v1.PodQOSClass"},
    "core.v1.ResourceQuotaSpec": {"hard": "v1.ResourceList", "scopes": "[]v1.ResourceQuotaScope"},
    "core.v1.ResourceRequirements": {"limits": "v1.ResourceList", "requests": "v1.ResourceList"},
    "core.v1.ScopedResourceSelectorRequirement": {"scopeName": "v1.ResourceQuotaScope", "operator": "v1.ScopeSelectorOperator"},
    "core.v1.SeccompProfile": {"type": "v1.SeccompProfileType"},
    "core.v1.Secret": {"type": "v1.SecretType"},
    "core.v1.SecurityContext": {"procMount": "v1.ProcMountType"},
    "core.v1.ServicePort": {"protocol": "v1.Protocol"},
    "core.v1.ServiceSpec": {
        "type": "v1.ServiceType",
        "sessionAffinity": "v1.ServiceAffinity",
        "externalTrafficPolicy": "v1.ServiceExternalTrafficPolicy",
        "ipFamilies": "[]v1.IPFamily",
        "ipFamilyPolicy": "v1.IPFamilyPolicy",
        "internalTrafficPolicy": "v1.ServiceInternalTrafficPolicy",
    },
    "core.v1.Taint": {"effect": "v1.TaintEffect"},
    "core.v1.Toleration": {"operator": "v1.TolerationOperator", "effect": "v1.TaintEffect"},
    "core.v1.TopologySpreadConstraint": {
        "whenUnsatisfiable": "v1.UnsatisfiableConstraintAction",
        "nodeAffinityPolicy": "v1.NodeInclusionPolicy",
        "nodeTaintsPolicy": "v1.NodeInclusionPolicy",
    },
    "core.v1.VolumeMount": {"recursiveReadOnly": "v1.RecursiveReadOnlyMode", "mountPropagation": "v1.MountPropagationMode"},
    "core.v1.VolumeResourceRequirements": {"limits": "v1.ResourceList", "requests": "v1.ResourceList"},
    "discovery.v1.EndpointPort": {"protocol": "v1.Protocol"},
    "discovery.v1.EndpointSlice": {"addressType": "v1.AddressType"},
    "meta.v1.LabelSelectorRequirement": {"operator": "v1.LabelSelectorOperator"},
    "meta.v1.ManagedFieldsEntry": {"operation": "v1.ManagedFieldsOperationType"},
    "meta.v1.ObjectMeta": {"uid": "types.UID"},
    "meta.v1.OwnerReference": {"uid": "types.UID"},
    "networking.v1.HTTPIngressPath": {"pathType": "v1.PathType"},
    "networking.v1.NetworkPolicyPort": {"protocol": "v1.Protocol"},
    "networking.v1.NetworkPolicySpec": {"policyTypes": "[]v1.PolicyType"},
    "node.v1.Overhead": {"podFixed": "v1.ResourceList"},
    "policy.v1.PodDisruptionBudgetSpec": {"unhealthyPodEvictionPolicy": "v1.UnhealthyPodEvictionPolicyType"},
    "scheduling.v1.PriorityClass": {"preemptionPolicy": "v1.PreemptionPolicy"},
    "storage.v1.StorageClass": {"reclaimPolicy": "v1.PersistentVolumeReclaimPolicy", "volumeBindingMode": "v1.VolumeBindingMode"},
}
"""Go's name of a field's type, by struct and field, where it is not the plain type of the schema."""

EMBEDDED: dict[str, tuple[str, frozenset[str]]] = {
    "core.v1.ConfigMapEnvSource": ("LocalObjectReference", frozenset({"name"})),
    "core.v1.ConfigMapKeySelector": ("LocalObjectReference", frozenset({"name"})),
    "core.v1.ConfigMapProjection": ("LocalObjectReference", frozenset({"name"})),
    "core.v1.ConfigMapVolumeSource": ("LocalObjectReference", frozenset({"name"})),
    "core.v1.Probe": ("ProbeHandler", frozenset({"exec", "httpGet", "tcpSocket", "grpc"})),
    "core.v1.SecretEnvSource": ("LocalObjectReference", frozenset({"name"})),
    "core.v1.SecretKeySelector": ("LocalObjectReference", frozenset({"name"})),
    "core.v1.SecretProjection": ("LocalObjectReference", frozenset({"name"})),
    "networking.v1.IngressRule": ("IngressRuleValue", frozenset({"http"})),
}
"""Fields that stand in an embedded struct, whose name is part of the path that Go prints."""

EMBEDDED_BUT: dict[str, tuple[str, frozenset[str]]] = {
    "core.v1.EphemeralContainer": ("EphemeralContainerCommon", frozenset({"targetContainerName"})),
    "core.v1.PersistentVolumeSpec": (
        "PersistentVolumeSource",
        frozenset(
            {"capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName", "mountOptions"}
            | {"volumeMode", "nodeAffinity", "volumeAttributesClassName"}
        ),
    ),
    "core.v1.Volume": ("VolumeSource", frozenset({"name"})),
}
"""The same, where all fields but those named are embedded."""
