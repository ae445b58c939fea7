"""What a pod's specification holds when it says nothing, alone or in a template. Models pkg/apis/core/v1/defaults.go."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from k8s_magic.objects.meta import Obj

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
# Sources of volumes whose files have a mode.
WITH_MODE = ("secret", "configMap", "downwardAPI", "projected")
DEFAULT_MODE = 0o644


@lru_cache(maxsize=1024)
def pull_policy(image: str) -> str:
    """Always for `latest`, said or meant; a tag or digest makes it IfNotPresent. Models pkg/util/parsers ParseImageName."""
    name, _, digest = image.partition("@")
    repository, _, tag = name.rpartition(":") if ":" in name.rpartition("/")[2] else (name, "", "")
    # A name that no registry takes has no tag either.
    if not repository or repository.rpartition("/")[2] != repository.rpartition("/")[2].lower():
        return "IfNotPresent"
    return "Always" if tag == "latest" or not (tag or digest) else "IfNotPresent"


def default_template_spec(spec: Obj) -> None:
    """The defaults of every pod specification, in place."""
    for container in spec.get("containers") or ():
        _default_container(container)
    for container in spec.get("initContainers") or ():
        _default_container(container)
    for container in spec.get("ephemeralContainers") or ():
        _default_container(container)
    for volume in spec.get("volumes") or ():
        _default_volume(volume)
    for field, value in (("dnsPolicy", "ClusterFirst"), ("restartPolicy", "Always"), ("schedulerName", "default-scheduler")):
        if not spec.get(field):
            spec[field] = value
    if spec.get("securityContext") is None:
        spec["securityContext"] = {}
    if spec.get("terminationGracePeriodSeconds") is None:
        spec["terminationGracePeriodSeconds"] = 30
    _join_service_account(spec)


def _join_service_account(spec: Obj) -> None:
    """`serviceAccount` is the old name of `serviceAccountName`; both are shown. Models Convert_core_PodSpec_To_v1_PodSpec."""
    name = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if name:
        spec["serviceAccountName"] = spec["serviceAccount"] = name


def default_pod_spec(spec: Obj) -> None:
    """The defaults of a pod, which go beyond those of a template. Models SetDefaults_Pod."""
    default_template_spec(spec)
    for container in [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]:
        _requests_from_limits(container["resources"])
        if spec.get("hostNetwork"):
            for port in container.get("ports") or ():
                port.setdefault("hostPort", port.get("containerPort", 0))
    if spec.get("enableServiceLinks") is None:
        spec["enableServiceLinks"] = True


def _requests_from_limits(resources: Obj) -> None:
    limits = resources.get("limits")
    if limits:
        resources["requests"] = {**limits, **(resources.get("requests") or {})}


def _default_container(container: Obj) -> None:
    if not container.get("imagePullPolicy"):
        container["imagePullPolicy"] = pull_policy(container.get("image", ""))
    if not container.get("terminationMessagePath"):
        container["terminationMessagePath"] = "/dev/termination-log"
    if not container.get("terminationMessagePolicy"):
        container["terminationMessagePolicy"] = "File"
    if container.get("resources") is None:
        container["resources"] = {}
    for port in container.get("ports") or ():
        if not port.get("protocol"):
            port["protocol"] = "TCP"
    for variable in container.get("env") or ():
        _default_field_reference(variable.get("valueFrom"))
    for name in PROBES:
        if container.get(name) is not None:
            _default_probe(container[name])
    for hook in (container.get("lifecycle") or {}).values():
        if isinstance(hook, dict) and hook.get("httpGet") is not None:
            _default_http(hook["httpGet"])


def _default_probe(probe: Obj) -> None:
    for field, value in (("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)):
        if not probe.get(field):
            probe[field] = value
    if probe.get("httpGet") is not None:
        _default_http(probe["httpGet"])
    if probe.get("grpc") is not None:
        probe["grpc"].setdefault("service", "")


def _default_http(http: Obj) -> None:
    if not http.get("path"):
        http["path"] = "/"
    if not http.get("scheme"):
        http["scheme"] = "HTTP"


def _default_field_reference(source: Any) -> None:
    if not source:
        return
    if source.get("fieldRef"):
        source["fieldRef"].setdefault("apiVersion", "v1")
    if source.get("resourceFieldRef"):
        source["resourceFieldRef"].setdefault("divisor", "0")


def _default_volume(volume: Obj) -> None:
    if not any(field != "name" and value is not None for field, value in volume.items()):
        volume["emptyDir"] = {}
    for source in WITH_MODE:
        if volume.get(source) is not None:
            volume[source].setdefault("defaultMode", DEFAULT_MODE)
    if volume.get("hostPath") is not None:
        volume["hostPath"].setdefault("type", "")
    for item in (volume.get("downwardAPI") or {}).get("items") or ():
        _default_field_reference(item)
    for source in (volume.get("projected") or {}).get("sources") or ():
        if source.get("serviceAccountToken") is not None:
            source["serviceAccountToken"].setdefault("expirationSeconds", 3600)
        for item in (source.get("downwardAPI") or {}).get("items") or ():
            _default_field_reference(item)
    if volume.get("image") is not None and not volume["image"].get("pullPolicy"):
        volume["image"]["pullPolicy"] = pull_policy(volume["image"].get("reference", ""))
    template = (volume.get("ephemeral") or {}).get("volumeClaimTemplate")
    if template:
        template.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")
