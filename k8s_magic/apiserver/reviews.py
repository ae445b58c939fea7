"""Questions put to the API as objects: may I, may they, who am I, whose token is this. Answered in `status`, never stored.

Models pkg/registry/authorization and pkg/registry/authentication.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from k8s_magic.apiserver import tokens, writes
from k8s_magic.apiserver.authorization import Access, Decision, decide, rules_for
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import WriteOptions
from k8s_magic.apiserver.errors import ApiError, bad_request, conflict, invalid, not_found
from k8s_magic.kinds.errors import invalid as invalid_field
from k8s_magic.kinds.kind import FieldError, Kind
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Key, Obj
from k8s_magic.objects.times import rfc3339

if TYPE_CHECKING:
    from k8s_magic.apiserver.api import ApiServer

AUTHORIZATION, AUTHENTICATION = "authorization.k8s.io", "authentication.k8s.io"
TOKEN_REQUEST = Kind(kind="TokenRequest", plural="tokenrequests", group=AUTHENTICATION, verbs=("create",))
LEAST_TOKEN_S, MOST_TOKEN_S = 600, 1 << 32


def _access_review(api: ApiServer, review: Obj, caller: Caller, kind: Kind) -> Obj:
    spec = review.get("spec") or {}
    subject = caller if kind.kind.startswith("Self") else _subject(spec)
    _check(kind, review, spec)
    decision = decide(api.store, subject, _access(spec))
    return {**review, "metadata": review.get("metadata") or {}, "spec": spec, "status": _status(decision)}


def _subject(spec: Obj) -> Caller:
    return Caller("", spec.get("user", ""), tuple(spec.get("groups") or ()))


def _access(spec: Obj) -> Access:
    path = spec.get("nonResourceAttributes")
    if path is not None:
        return Access(path.get("verb", ""), path=path.get("path", "") or "/")
    of = spec["resourceAttributes"]
    return Access(*(of.get(f, "") for f in ("verb", "group", "resource", "subresource", "namespace", "name")))


def _status(decision: Decision) -> Obj:
    return {"allowed": decision.allowed, **({"reason": decision.reason} if decision.reason else {})}


def _check(kind: Kind, review: Obj, spec: Obj) -> None:
    """Models pkg/apis/authorization/validation."""
    errors: list[FieldError] = []
    resource, other = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if resource is not None and other is not None:
        errors.append(invalid_field("spec.nonResourceAttributes", other, "cannot be specified in combination with resourceAttributes"))
    if resource is None and other is None:
        wanted = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        errors.append(invalid_field("spec.resourceAttributes", None, wanted))
    if not kind.kind.startswith("Self") and not spec.get("user") and not spec.get("groups"):
        errors.append(invalid_field("spec.user", "", "at least one of user or group must be specified"))
    place = (review.get("metadata") or {}).get("namespace", "")
    if kind.namespaced and resource is not None and resource.get("namespace", "") != place:
        errors.append(invalid_field("spec.resourceAttributes.namespace", resource.get("namespace", ""), "must match metadata.namespace"))
    if kind.namespaced and other is not None:
        errors.append(invalid_field("spec.nonResourceAttributes", other, "disallowed on this kind of request"))
    if errors:
        raise invalid(kind, "", errors)


def _rules_review(api: ApiServer, review: Obj, caller: Caller, kind: Kind) -> Obj:
    namespace = (review.get("spec") or {}).get("namespace", "")
    if not namespace:
        raise bad_request("no namespace on request")
    missing: list[str] = []
    rules = [granted.rule for granted in rules_for(api.store, caller, namespace, missing)]
    resource_fields, path_fields = ("verbs", "apiGroups", "resources", "resourceNames"), ("verbs", "nonResourceURLs")
    status: dict[str, Any] = {
        "resourceRules": [{f: rule[f] for f in resource_fields if rule.get(f)} for rule in rules if rule.get("resources")],
        "nonResourceRules": [{f: rule[f] for f in path_fields if rule.get(f)} for rule in rules if rule.get("nonResourceURLs")],
        "incomplete": bool(missing),
    }
    if missing:
        status["evaluationError"] = missing[0] if len(missing) == 1 else "[" + ", ".join(missing) + "]"
    return {**review, "metadata": review.get("metadata") or {}, "spec": {}, "status": status}


def user_info(caller: Caller) -> Obj:
    """The authentication.k8s.io/v1 UserInfo of a caller."""
    info: Obj = {"username": caller.user, "uid": caller.uid, "groups": list(caller.groups)}
    if caller.extra:
        info["extra"] = {key: list(values) for key, values in caller.extra.items()}
    return {k: v for k, v in info.items() if v}


def _self_review(api: ApiServer, review: Obj, caller: Caller, kind: Kind) -> Obj:
    metadata = {**(review.get("metadata") or {}), "creationTimestamp": rfc3339(api.loop.now)}
    return {**review, "metadata": metadata, "status": {"userInfo": user_info(caller)}}


def _token_review(api: ApiServer, review: Obj, caller: Caller, kind: Kind) -> Obj:
    """Models pkg/registry/authentication/tokenreview."""
    spec = review.get("spec") or {}
    token = spec.get("token", "")
    if not token:
        raise bad_request("token is required for TokenReview in authentication")
    found = tokens.authenticate(api, token)
    wanted = spec.get("audiences") or [tokens.ISSUER]
    shared = [a for a in wanted if a in tokens.audiences(token)] if found else []
    if found and shared:
        status: Obj = {"authenticated": True, "user": user_info(found), "audiences": shared}
    else:
        forged = (
            "[invalid bearer token, square/go-jose: error in cryptographic primitive]" if token.count(".") == 2 else "invalid bearer token"
        )
        status = {"user": {}, "error": "" if found else forged}
    return {**review, "metadata": review.get("metadata") or {}, "spec": spec, "status": {k: v for k, v in status.items() if v != ""}}


Answer = Callable[["ApiServer", Obj, Caller, Kind], Obj]
ANSWERS: dict[str, Answer] = {
    f"selfsubjectaccessreviews.{AUTHORIZATION}": _access_review,
    f"subjectaccessreviews.{AUTHORIZATION}": _access_review,
    f"localsubjectaccessreviews.{AUTHORIZATION}": _access_review,
    f"selfsubjectrulesreviews.{AUTHORIZATION}": _rules_review,
    f"selfsubjectreviews.{AUTHENTICATION}": _self_review,
    f"tokenreviews.{AUTHENTICATION}": _token_review,
}


def answer(api: ApiServer, kind: Kind, obj: Obj, namespace: str, options: WriteOptions, caller: Caller) -> Obj:
    """What the API says to a question."""
    review = writes.decode(api, kind, obj, options, caller)
    if kind.namespaced:
        review["metadata"] = {**(review.get("metadata") or {}), "namespace": namespace}
    return ANSWERS[kind.resource](api, review, caller, kind)


# --- Tokens of service accounts ---


def request_token(api: ApiServer, kind: Kind, account: Obj, request: Obj, options: WriteOptions, caller: Caller) -> Obj:
    """serviceaccounts/NAME/token: a new token for the account."""
    request = writes.decode(api, TOKEN_REQUEST, request, options, caller)
    spec = {"boundObjectRef": None, "expirationSeconds": tokens.HOUR_S, **(request.get("spec") or {})}
    spec["audiences"] = spec.get("audiences") or [tokens.ISSUER]
    mine = account["metadata"]["name"]
    if meta.get_in(request, "metadata", "name", default=mine) != mine:
        wrong = invalid_field("metadata.name", request["metadata"]["name"], "must match the service account name if specified")
        raise invalid(TOKEN_REQUEST, mine, [wrong])
    _check_seconds(spec["expirationSeconds"])
    bound = _bound(api, account, spec.get("boundObjectRef"))
    token, expires = tokens.issue(api, account, spec["audiences"], spec["expirationSeconds"], bound)
    metadata = {"name": account["metadata"]["name"], "namespace": account["metadata"]["namespace"], "uid": account["metadata"]["uid"]}
    metadata["creationTimestamp"] = rfc3339(api.loop.now)
    status = {"token": token, "expirationTimestamp": rfc3339(expires)}
    return {"kind": "TokenRequest", "apiVersion": TOKEN_REQUEST.api_version, "metadata": metadata, "spec": spec, "status": status}


def _check_seconds(seconds: int) -> None:
    """Models ValidateTokenRequest."""
    path = "spec.expirationSeconds"
    if seconds < LEAST_TOKEN_S:
        raise invalid(TOKEN_REQUEST, "", [invalid_field(path, seconds, "may not specify a duration less than 10 minutes")])
    if seconds > MOST_TOKEN_S:
        raise invalid(TOKEN_REQUEST, "", [invalid_field(path, seconds, "may not specify a duration larger than 2^32 seconds")])


def _bound(api: ApiServer, account: Obj, reference: Obj | None) -> Obj | None:
    """What the token is to live and die with, by uid."""
    if not reference:
        return None
    plurals = {"Pod": "pods", "Node": "nodes", "Secret": "secrets"}
    name, of_kind = reference.get("name", ""), reference.get("kind", "")
    if of_kind not in plurals or reference.get("apiVersion", "v1") != "v1":
        raise bad_request(f"cannot bind token to object of type {reference.get('apiVersion', '')}, Kind={of_kind}")
    kind = api.kind(plurals[of_kind])
    found = api.store.get(kind.resource, Key(account["metadata"]["namespace"] if kind.namespaced else "", name))
    if found is None:
        raise not_found(kind, name)
    mine = account["metadata"]["name"]
    if of_kind == "Pod" and found["spec"].get("serviceAccountName") != mine:
        raise bad_request(f'cannot bind token for serviceaccount "{mine}" to pod running with different serviceaccount name.')
    _check_uid(kind, name, reference.get("uid", ""), found["metadata"]["uid"])
    return {"kind": of_kind, "name": name, "uid": found["metadata"]["uid"]}


def _check_uid(kind: Kind, name: str, given: str, stored: str) -> None:
    if given and given != stored:
        why = f"the UID in the bound object reference ({given}) does not match the UID in record."
        raise conflict(kind, name, f"{why} The object might have been deleted and then recreated")


def unauthorized() -> ApiError:
    """What a request without a good token gets."""
    return ApiError(401, "Unauthorized", "Unauthorized")
