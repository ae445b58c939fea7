"""Who may do what: roles and bindings, the words of a refusal, impersonation, reviews, tokens."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.apiserver import bootstrap_policy, tokens
from k8s_magic.apiserver.client import Impersonation
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj

RBAC = "rbac.authorization.k8s.io"


@pytest.fixture
def admin(client: LocalClient) -> LocalClient:
    bootstrap_policy.create(client.api)
    return client


def as_user(client: LocalClient, user: str, *groups: str) -> LocalClient:
    return client.impersonate(Impersonation(user, groups))


def let(client: LocalClient, user: str, role: str, namespace: str = "") -> None:
    """Bind a ClusterRole to a user, in a namespace or everywhere."""
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    subjects = [{"kind": "User", "name": user, "apiGroup": RBAC}]
    reference = {"kind": "ClusterRole", "name": role, "apiGroup": RBAC}
    binding = {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": f"{user}-{role}"}, "subjects": subjects, "roleRef": reference}
    client.create(f"{kind.lower()}s.{RBAC}", binding, namespace)


def refusal(act: Any) -> str:
    with pytest.raises(ApiError) as refused:
        act()
    assert (refused.value.code, refused.value.reason) == (403, "Forbidden")
    return refused.value.message


def test_who_has_no_role_may_nothing(admin: LocalClient) -> None:
    jane = as_user(admin, "jane")
    cannot = 'is forbidden: User "jane" cannot'
    assert refusal(lambda: jane.list("pods", "default")) == f'pods {cannot} list resource "pods" in API group "" in the namespace "default"'
    assert refusal(lambda: jane.list("pods")) == f'pods {cannot} list resource "pods" in API group "" at the cluster scope'
    assert refusal(lambda: jane.get("deployments.apps", "web", "default")) == (
        f'deployments.apps "web" {cannot} get resource "deployments" in API group "apps" in the namespace "default"'
    )
    assert refusal(lambda: jane.connect("pods", "p", "default", "exec", {})) == (
        f'pods "p" {cannot} create resource "pods/exec" in API group "" in the namespace "default"'
    )
    assert refusal(lambda: jane.raw("/metrics")) == 'forbidden: User "jane" cannot get path "/metrics"'
    assert jane.raw("/healthz") == "ok"


def test_view_edit_and_admin_hold_what_theirs_aggregate(admin: LocalClient) -> None:
    for user in ("view", "edit", "admin"):
        let(admin, user, user, "default")
    viewer, editor, owner = (as_user(admin, user) for user in ("view", "edit", "admin"))
    assert viewer.list("configmaps", "default")["items"] == []
    refusal(lambda: viewer.list("secrets", "default"))
    assert editor.list("secrets", "default")["items"] == []
    refusal(lambda: editor.list(f"roles.{RBAC}", "default"))
    assert owner.list(f"roles.{RBAC}", "default")["items"] == []
    refusal(lambda: owner.list("pods", "kube-system"))


def test_a_binding_to_no_role_says_so(admin: LocalClient) -> None:
    let(admin, "jane", "ghost")
    assert refusal(lambda: as_user(admin, "jane").list("pods")).endswith(
        f'at the cluster scope: RBAC: clusterrole.{RBAC} "ghost" not found'
    )


def test_names_and_urls_in_rules(admin: LocalClient) -> None:
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["mine"], "verbs": ["get"]}]
    rules.append({"nonResourceURLs": ["/logs/*"], "verbs": ["get"]})
    admin.create(f"clusterroles.{RBAC}", {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": "r"}, "rules": rules})
    let(admin, "jane", "r")
    jane = as_user(admin, "jane")
    with pytest.raises(ApiError, match='configmaps "mine" not found'):
        jane.get("configmaps", "mine", "default")
    refusal(lambda: jane.get("configmaps", "other", "default"))
    with pytest.raises(ApiError, match="could not find the requested resource"):
        jane.raw("/logs/x")


def test_not_everybody_may_be_somebody_else(admin: LocalClient) -> None:
    let(admin, "jane", "edit")
    assert refusal(lambda: as_user(as_user(admin, "jane"), "bob")) == (
        'users "bob" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope'
    )
    caller = as_user(admin, "system:serviceaccount:default:robot").caller
    assert caller.groups == ("system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated")


def review(client: LocalClient, **attributes: str) -> Obj:
    asked = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": attributes}}
    return client.create("selfsubjectaccessreviews.authorization.k8s.io", asked)["status"]  # type: ignore[no-any-return]


def test_access_reviews_say_by_which_binding(admin: LocalClient) -> None:
    let(admin, "jane", "view", "default")
    jane = as_user(admin, "jane")
    assert review(jane, verb="get", resource="pods", namespace="default") == {
        "allowed": True,
        "reason": 'RBAC: allowed by RoleBinding "jane-view/default" of ClusterRole "view" to User "jane"',
    }
    assert review(jane, verb="delete", resource="pods", namespace="default") == {"allowed": False}
    with pytest.raises(ApiError, match="exactly one of nonResourceAttributes or resourceAttributes must be specified"):
        admin.create(
            "subjectaccessreviews.authorization.k8s.io",
            {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {"user": "u"}},
        )


def new_token(client: LocalClient, **spec: Any) -> str:
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    return client.create("serviceaccounts", asked, "default", name="default", subresource="token")["status"]["token"]  # type: ignore[no-any-return]


def test_a_token_is_its_accounts_until_it_expires(admin: LocalClient) -> None:
    token = new_token(admin, expirationSeconds=600)
    robot = admin.with_token(token)
    assert robot.caller.user == "system:serviceaccount:default:default"
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    status = admin.create("tokenreviews.authentication.k8s.io", asked)["status"]
    assert (status["authenticated"], status["user"]["username"]) == (True, robot.caller.user)
    forged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    assert tokens.authenticate(admin.api, forged) is None
    admin.loop.run_until(admin.loop.now + 600)
    with pytest.raises(ApiError, match="Unauthorized"):
        admin.with_token(token)


def test_a_token_dies_with_its_account(admin: LocalClient) -> None:
    token = new_token(admin)
    admin.delete("serviceaccounts", "default", "default")
    assert tokens.authenticate(admin.api, token) is None
    with pytest.raises(ApiError, match="may not specify a duration less than 10 minutes"):
        admin.create("serviceaccounts", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, "default")
        new_token(admin, expirationSeconds=1)


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "é.b.c", "..", "a.b.é"])
def test_what_is_no_token_is_nobodys(admin: LocalClient, token: str) -> None:
    assert tokens.authenticate(admin.api, token) is None


def role(name: str, *verbs: str) -> Obj:
    rules = [{"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": list(verbs)}]
    return {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": {"name": name}, "rules": rules}


def test_nobody_grants_what_they_do_not_have(admin: LocalClient) -> None:
    own = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    write = {"apiGroups": [RBAC], "resources": ["roles", "rolebindings"], "verbs": ["create"]}
    about = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": "writer"}, "rules": [own, write]}
    admin.create(f"clusterroles.{RBAC}", about)
    let(admin, "jane", "writer", "default")
    jane = as_user(admin, "jane")
    assert refusal(lambda: jane.create(f"roles.{RBAC}", role("r", "get", "list"), "default")) == (
        f'roles.{RBAC} "r" is forbidden: user "jane" (groups=["system:authenticated"]) '
        "is attempting to grant RBAC permissions not currently held:\n"
        '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}\n'
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}'
    )
    assert "permissions not currently held" in refusal(lambda: let(jane, "bob", "edit", "default"))
    let(jane, "bob", "writer", "default")
