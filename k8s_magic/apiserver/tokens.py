"""Tokens of ServiceAccounts: JSON Web Tokens, signed with a key of the cluster's own, which the seed determines.

Models pkg/serviceaccount and pkg/registry/core/serviceaccount/storage/token.go.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver.caller import ACCOUNT_PREFIX, AUTHENTICATED, Caller, account_groups
from k8s_magic.objects.meta import Key, Obj

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

ISSUER = "https://kubernetes.default.svc.cluster.local"
HOUR_S = 3600


def issue(api: ApiServer, account: Obj, audiences: list[str], seconds: int, bound: Obj | None = None) -> tuple[str, int]:
    """(a token for the account, when it expires in seconds since the epoch). The same request at the same instant gives the same token."""
    now = int(api.loop.now)
    place, name = account["metadata"]["namespace"], account["metadata"]["name"]
    private: dict[str, Any] = {"namespace": place, "serviceaccount": {"name": name, "uid": account["metadata"]["uid"]}}
    if bound:
        private[bound["kind"].lower()] = {"name": bound["name"], "uid": bound.get("uid", "")}
    claims = {
        "aud": audiences or [ISSUER],
        "exp": now + seconds,
        "iat": now,
        "iss": ISSUER,
        "jti": api.lineage.uid("jti", place, name, account["metadata"]["uid"], now, json.dumps(private)),
        "kubernetes.io": private,
        "nbf": now,
        "sub": f"{ACCOUNT_PREFIX}{place}:{name}",
    }
    signed = f"{_packed({'alg': 'HS256', 'typ': 'JWT'})}.{_packed(claims)}"
    return f"{signed}.{_signature(api, signed)}", now + seconds


def authenticate(api: ApiServer, token: str, actor: str = "unknown") -> Caller | None:
    """Whose token this is; None where it is nobody's: forged, out of date, or of an account that is gone."""
    claims = _claims(api, token)
    if claims is None or claims["exp"] <= api.loop.now:
        return None
    private = claims["kubernetes.io"]
    place, of_account = private["namespace"], private["serviceaccount"]
    account = api.store.get("serviceaccounts", Key(place, of_account["name"]))
    if account is None or account["metadata"]["uid"] != of_account["uid"] or _is_unbound(api, private, place):
        return None
    user = claims["sub"]
    extra = {"authentication.kubernetes.io/credential-id": (f"JTI={claims['jti']}",)}
    for kind in ("pod", "node"):
        if kind in private:
            extra[f"authentication.kubernetes.io/{kind}-name"] = (private[kind]["name"],)
            extra[f"authentication.kubernetes.io/{kind}-uid"] = (private[kind]["uid"],)
    return Caller(actor, user, (*account_groups(user), AUTHENTICATED), uid=of_account["uid"], extra=extra)


def _is_unbound(api: ApiServer, private: Obj, place: str) -> bool:
    """Whether the pod or secret that a token is bound to has gone, and the token with it."""
    for kind, resource in (("pod", "pods"), ("secret", "secrets")):
        bound = private.get(kind)
        found = api.store.get(resource, Key(place, bound["name"])) if bound else None
        if bound and (found is None or (bound["uid"] and found["metadata"]["uid"] != bound["uid"])):
            return True
    return False


def audiences(token: str) -> list[str]:
    """Whom a token (already found good) is meant for."""
    return list(json.loads(_unpacked(token.split(".")[1]))["aud"])


def _claims(api: ApiServer, token: str) -> Obj | None:
    signed, _, signature = token.rpartition(".")
    if not signed.isascii() or not signature.isascii() or not hmac.compare_digest(signature, _signature(api, signed)):
        return None
    return json.loads(_unpacked(signed.split(".")[1]))  # type: ignore[no-any-return]


def _signature(api: ApiServer, text: str) -> str:
    key = api.lineage.number("service account signing key").to_bytes(16, "big")
    return base64.urlsafe_b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()


def _packed(value: Obj) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
