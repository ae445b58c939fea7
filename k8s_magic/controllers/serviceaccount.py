"""Each namespace has a ServiceAccount `default`, which comes back when it is deleted."""

from __future__ import annotations

from typing import Any

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.objects.meta import Key, Obj, is_deleting, namespace


def namespace_of_deleted(event: WatchEvent, old: Obj | None) -> list[Key]:
    """A mapper: what goes concerns its namespace."""
    return [Key("", namespace(event.object))] if event.type == "DELETED" else []


class ServiceAccountController(Controller):
    """Models pkg/controller/serviceaccount."""

    name = "service-account-controller"
    kind = "namespaces"

    def watches(self) -> dict[str, Mapper]:
        return {"serviceaccounts": namespace_of_deleted}

    def reconcile(self, key: Key) -> float | None:
        space = self.client.peek("namespaces", key.name)
        if space is None or is_deleting(space) or self.client.peek("serviceaccounts", "default", key.name) is not None:
            return None
        account: dict[str, Any] = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": key.name}}
        try:
            self.client.create("serviceaccounts", account, key.name)
        except ApiError as error:
            if error.reason not in ("AlreadyExists", "NotFound"):
                raise
        return None
