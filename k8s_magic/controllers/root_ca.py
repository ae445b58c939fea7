"""Each namespace has the ConfigMap `kube-root-ca.crt`, by which pods trust the API server.

The certificate is fixed and stands for nothing: there is no TLS inside the cluster.
"""

from __future__ import annotations

from typing import Any

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.objects.meta import Key, Obj, is_deleting, name, namespace
from k8s_magic.objects.meta import annotations as annotations_of

CONFIG_MAP = "kube-root-ca.crt"
DESCRIPTION = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal "
    "service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."
)
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIBADAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhrOHNfbWFn
aWMtc2VydmVyLWNhQDE3NjcwHhcNMjYwMTA1MDkwMDAwWhcNMzYwMTAzMDkwMDAw
WjAjMSEwHwYDVQQDDBhrOHNfbWFnaWMtc2VydmVyLWNhQDE3NjcwWTATBgcqhkjO
PQIBBggqhkjOPQMBBwNCAATTaGlzIGlzIG5vdCBhIGtleSBidXQgYSBzaWduIHRo
YXQgdGhlcmUgaXMgbm90aGluZyB0byBzZWUgaGVyZaNCMEAwDgYDVR0PAQH/BAQD
AgKkMA8GA1UdEwEB/wQFMAMBAf8wHQYDVR0OBBYEFKhzbWFnaWNtYWdpY21hZ2lj
bWFnaTAKBggqhkjOPQQDAgNIADBFAiEAaGVsbG8gdG8gd2hvZXZlciBkZWNvZGVz
AiBjZXJ0aWZpY2F0ZXMgZm9yIGZ1bgAAAAAAAAAAAA==
-----END CERTIFICATE-----
"""


class RootCAController(Controller):
    """Models pkg/controller/certificates/rootcacertpublisher."""

    name = "root-ca-certificate-publisher-controller"
    kind = "namespaces"

    def watches(self) -> dict[str, Mapper]:
        return {"configmaps": self._config_map_changed}

    @staticmethod
    def _config_map_changed(event: WatchEvent, old: Obj | None) -> list[Key]:
        return [Key("", namespace(event.object))] if name(event.object) == CONFIG_MAP else []

    def reconcile(self, key: Key) -> float | None:
        space = self.client.peek("namespaces", key.name)
        if space is None or is_deleting(space):
            return None
        notes = {"kubernetes.io/description": DESCRIPTION}
        metadata: dict[str, Any] = {"name": CONFIG_MAP, "namespace": key.name, "annotations": notes}
        data = {"ca.crt": CERTIFICATE}
        current = self.client.peek("configmaps", CONFIG_MAP, key.name)
        if current is None:
            draft = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
            self.client.create("configmaps", draft, key.name)
        elif current.get("data") != data or not notes.items() <= annotations_of(current).items():
            metadata = {**current["metadata"], "annotations": {**annotations_of(current), **notes}}
            self.client.update("configmaps", {**current, "metadata": metadata, "data": data}, key.name)
        return None
