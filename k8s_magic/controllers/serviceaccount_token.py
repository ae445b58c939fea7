"""Secrets of the type kubernetes.io/service-account-token get the token of the account that they name, and go with it.

Their tokens do not end: here, in the longest time that may be asked for.
"""

from __future__ import annotations

import base64
from typing import Any

from k8s_magic.apiserver.client import WatchEvent
from k8s_magic.controllers.controller import Controller, Mapper
from k8s_magic.controllers.root_ca import CERTIFICATE
from k8s_magic.objects.meta import Key, Obj, is_deleting, name, namespace
from k8s_magic.objects.meta import annotations as annotations_of
from k8s_magic.objects.meta import key as key_of

TYPE = "kubernetes.io/service-account-token"
ACCOUNT, ACCOUNT_UID = "kubernetes.io/service-account.name", "kubernetes.io/service-account.uid"
LONGEST_S = 1 << 32


class TokensController(Controller):
    """Models pkg/controller/serviceaccount/tokens_controller.go."""

    name = "serviceaccount-token-controller"
    kind = "secrets"

    def watches(self) -> dict[str, Mapper]:
        return {"serviceaccounts": self._account_changed}

    def _account_changed(self, event: WatchEvent, old: Obj | None) -> list[Key]:
        """An account that comes or goes concerns the secrets of its namespace that name it."""
        if event.type == "MODIFIED":
            return []
        secrets = self.client.items("secrets", namespace(event.object))
        return [key_of(secret) for secret in secrets if annotations_of(secret).get(ACCOUNT) == name(event.object)]

    def reconcile(self, key: Key) -> float | None:
        secret = self.client.peek("secrets", key.name, key.namespace)
        if secret is None or secret.get("type") != TYPE or is_deleting(secret):
            return None
        notes = annotations_of(secret)
        account = self.client.peek("serviceaccounts", notes.get(ACCOUNT, ""), key.namespace)
        if account is None or notes.get(ACCOUNT_UID, account["metadata"]["uid"]) != account["metadata"]["uid"]:
            self.client.delete("secrets", key.name, key.namespace)
            return None
        if not (secret.get("data") or {}).get("token"):
            self._fill(secret, account)
        return None

    def _fill(self, secret: Obj, account: Obj) -> None:
        bound = {"kind": "Secret", "apiVersion": "v1", "name": name(secret), "uid": secret["metadata"]["uid"]}
        asked: dict[str, Any] = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
        asked["spec"] = {"expirationSeconds": LONGEST_S, "boundObjectRef": bound}
        answer = self.client.create("serviceaccounts", asked, namespace(account), name=name(account), subresource="token")
        texts = {"ca.crt": CERTIFICATE, "namespace": namespace(secret), "token": answer["status"]["token"]}
        data = {field: base64.b64encode(text.encode()).decode() for field, text in texts.items()}
        notes = {**annotations_of(secret), ACCOUNT: name(account), ACCOUNT_UID: account["metadata"]["uid"]}
        metadata = {**secret["metadata"], "annotations": notes}
        self.client.update("secrets", {**secret, "metadata": metadata, "data": {**data, **(secret.get("data") or {})}}, namespace(secret))
