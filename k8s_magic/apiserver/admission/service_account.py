"""ServiceAccount: each pod runs as one, and gets a volume with its token, the cluster's CA and its namespace."""

from __future__ import annotations

from typing import Any

from k8s_magic.apiserver.admission import Attributes
from k8s_magic.apiserver.errors import forbidden
from k8s_magic.objects.meta import Key, Obj

ORDER = 60
RESOURCES = ("pods",)
TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
# Just over an hour, so that upstream can tell these tokens from requested ones.
TOKEN_SECONDS = 3607


def admit(attributes: Attributes) -> None:
    """Models plugin/pkg/admission/serviceaccount."""
    if attributes.operation != "CREATE" or attributes.kind.resource != "pods" or attributes.subresource:
        return
    if "kubernetes.io/config.mirror" in (attributes.draft["metadata"].get("annotations") or {}):
        return
    spec = attributes.draft["spec"]
    name = spec.setdefault("serviceAccountName", "default") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = name
    account = attributes.store.get("serviceaccounts", Key(attributes.namespace, name))
    if account is None:
        where = f"{attributes.namespace}/{name}"
        raise forbidden(attributes.kind, attributes.name, f'error looking up service account {where}: serviceaccount "{name}" not found')
    if account.get("imagePullSecrets") and not spec.get("imagePullSecrets"):
        spec["imagePullSecrets"] = account["imagePullSecrets"]
    if spec.get("automountServiceAccountToken", account.get("automountServiceAccountToken", True)):
        _mount_token(attributes, spec)


def _mount_token(attributes: Attributes, spec: Obj) -> None:
    containers = [*(spec.get("initContainers") or ()), *(spec.get("containers") or ())]
    bare = [c for c in containers if not any(m.get("mountPath") == TOKEN_PATH for m in c.get("volumeMounts") or ())]
    if not bare:
        return
    name = _volume_name(attributes, spec)
    for container in bare:
        container["volumeMounts"] = [*(container.get("volumeMounts") or ()), {"mountPath": TOKEN_PATH, "name": name, "readOnly": True}]


def _volume_name(attributes: Attributes, spec: Obj) -> str:
    for volume in spec.get("volumes") or ():
        if volume.get("name", "").startswith("kube-api-access-"):
            return str(volume["name"])
    name = "kube-api-access-" + attributes.api.lineage.suffix(
        5, "token volume", attributes.namespace, attributes.draft["metadata"].get("uid")
    )
    spec["volumes"] = [*(spec.get("volumes") or ()), {"name": name, "projected": _sources()}]
    return name


def _sources() -> dict[str, Any]:
    field = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
    return {
        "defaultMode": 420,
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
            {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
            {"downwardAPI": {"items": [{"fieldRef": field, "path": "namespace"}]}},
        ],
    }
