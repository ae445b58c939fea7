"""A container's environment variables: Services, envFrom, env, with $(NAME) expanded. Models makeEnvironmentVariables."""

from __future__ import annotations

import re

from k8s_magic.apiserver.local import LocalClient
from k8s_magic.kubelet import downward
from k8s_magic.kubelet.volumes import contents
from k8s_magic.network.services import Services
from k8s_magic.objects.meta import Obj, namespace

REFERENCE = re.compile(r"\$(\$|\(([^()]*)\))")
MASTER = "KUBERNETES_"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class ConfigError(Exception):
    """The container cannot be configured yet: CreateContainerConfigError with this message."""


def expand(text: str, env: dict[str, str]) -> str:
    """$(NAME) by its value, $$ by $; a name that is not known stays as it stands."""
    if "$" not in text:
        return text
    return REFERENCE.sub(lambda m: "$" if m[1] == "$" else env.get(m[2], m[0]), text)


def build(client: LocalClient, services: Services, pod: Obj, container: Obj, addresses: downward.Addresses) -> dict[str, str]:
    """The variables of a container; `ConfigError` where a ConfigMap, a Secret or a key of one is missing."""
    links = _service_links(services, pod)
    result = {"PATH": PATH, "HOSTNAME": _hostname(pod)}
    declared: dict[str, str] = {}
    for source in container.get("envFrom") or ():
        declared |= _all_of(client, pod, source)
    for variable in container.get("env") or ():
        value = _value(client, pod, container, variable, {**links, **declared}, addresses)
        if value is not None:
            declared[variable["name"]] = value
    return {**result, **{key: value for key, value in links.items() if key not in declared}, **declared}


def _hostname(pod: Obj) -> str:
    return str(pod["spec"].get("hostname") or pod["metadata"]["name"])


def _service_links(services: Services, pod: Obj) -> dict[str, str]:
    """Models getServiceEnvVarMap: the API's own Service always, those of the namespace unless links are off."""
    master = {key: value for key, value in services.variables("default").items() if key.startswith(MASTER)}
    return {**master, **services.variables(namespace(pod))} if pod["spec"].get("enableServiceLinks", True) else master


def _source(client: LocalClient, pod: Obj, kind: str, reference: Obj) -> dict[str, bytes] | None:
    """What a ConfigMap or Secret holds; None where it may be missing and is."""
    resource, word = ("configmaps", "configmap") if kind.startswith("configMap") else ("secrets", "secret")
    found = client.peek(resource, reference.get("name", ""), namespace(pod))
    if found is not None:
        return contents(found)
    if reference.get("optional"):
        return None
    raise ConfigError(f'{word} "{reference.get("name", "")}" not found')


def _all_of(client: LocalClient, pod: Obj, source: Obj) -> dict[str, str]:
    kind = "configMapRef" if "configMapRef" in source else "secretRef"
    data = _source(client, pod, kind, source[kind]) or {}
    return {source.get("prefix", "") + key: value.decode("utf-8", "replace") for key, value in data.items()}


def _value(client: LocalClient, pod: Obj, container: Obj, variable: Obj, env: dict[str, str], addresses: downward.Addresses) -> str | None:
    source = variable.get("valueFrom")
    if variable.get("value") or not source:
        return expand(variable.get("value") or "", env)
    if "fieldRef" in source:
        return downward.field(pod, source["fieldRef"]["fieldPath"], addresses)
    if "resourceFieldRef" in source:
        return downward.resource(container, source["resourceFieldRef"], addresses)
    kind = "configMapKeyRef" if "configMapKeyRef" in source else "secretKeyRef"
    if kind not in source:
        return None
    return _key(client, pod, kind, source[kind])


def _key(client: LocalClient, pod: Obj, kind: str, reference: Obj) -> str | None:
    data = _source(client, pod, kind, reference)
    if data is not None and reference["key"] in data:
        return data[reference["key"]].decode("utf-8", "replace")
    if data is None or reference.get("optional"):
        return None
    word = "ConfigMap" if kind.startswith("configMap") else "Secret"
    raise ConfigError(f"couldn't find key {reference['key']} in {word} {namespace(pod)}/{reference['name']}")
