"""Rules in CEL: of definitions on their objects, of policies on every request."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj

pytest.importorskip("celpy")

GROUP = "admissionregistration.k8s.io"
POLICIES, BINDINGS = f"validatingadmissionpolicies.{GROUP}", f"validatingadmissionpolicybindings.{GROUP}"
DEFINITIONS, THINGS = "customresourcedefinitions.apiextensions.k8s.io", "things.example.com"


def config_map(name: str = "m", **data: str) -> Obj:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def bind(client: LocalClient, *validations: Obj, actions: tuple[str, ...] = ("Deny",), **spec: Any) -> None:
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"]}
    policy = {"matchConstraints": {"resourceRules": [rule]}, "validations": list(validations), **spec}
    about: Obj = {"apiVersion": f"{GROUP}/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"}, "spec": policy}
    client.create(POLICIES, about)
    binding = {"policyName": "p", "validationActions": list(actions)}
    client.create(BINDINGS, {**about, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "b"}, "spec": binding})


def refused(client: LocalClient, obj: Obj) -> ApiError:
    with pytest.raises(ApiError) as error:
        client.create("configmaps", obj, "default")
    return error.value


def test_a_policy_refuses_in_its_words(client: LocalClient) -> None:
    bind(client, {"expression": "size(object.data) <= 1"})
    client.create("configmaps", config_map(a="1"), "default")
    error = refused(client, config_map("n", a="1", b="2"))
    said = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: size(object.data) <= 1"
    assert (error.code, error.reason, error.message) == (422, "Invalid", f'configmaps "n" is forbidden: {said}')
    assert error.details == {"name": "n", "kind": "configmaps", "causes": [{"message": said}]}


def test_messages_reasons_and_variables(client: LocalClient) -> None:
    variables = [{"name": "keys", "expression": "size(object.data)"}]
    message = "'has ' + string(variables.keys) + ' keys'"
    bind(client, {"expression": "variables.keys < 2", "messageExpression": message, "reason": "Forbidden"}, variables=variables)
    error = refused(client, config_map("n", a="1", b="2"))
    assert (error.code, error.message.rpartition(": ")[2]) == (403, "has 2 keys")


def test_a_policy_may_only_warn(client: LocalClient) -> None:
    bind(client, {"expression": "has(object.metadata.labels)", "message": "label it"}, actions=("Warn",))
    warnings: list[str] = []
    client.warn = warnings.append
    client.create("configmaps", config_map(), "default")
    assert warnings == ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': label it"]


@pytest.mark.parametrize(("failure_policy", "stored"), [("Fail", False), ("Ignore", True)])
def test_what_fails_to_run(client: LocalClient, failure_policy: str, stored: bool) -> None:
    bind(client, {"expression": "object.spec.replicas < 1"}, failurePolicy=failure_policy)
    if stored:
        assert client.create("configmaps", config_map(), "default")
    else:
        text = refused(client, config_map()).message
        assert text.endswith("denied request: expression 'object.spec.replicas < 1' resulted in error: no such key: spec")


def test_conditions_and_who_asks(client: LocalClient) -> None:
    conditions = [{"name": "c", "expression": "request.userInfo.username == 'admin' && object.metadata.name != 'free'"}]
    bind(client, {"expression": "false"}, matchConditions=conditions)
    client.create("configmaps", config_map("free"), "default")
    refused(client, config_map())


def test_expressions_are_read_when_the_policy_comes(client: LocalClient) -> None:
    with pytest.raises(ApiError, match="compilation failed"):
        bind(client, {"expression": "object.data +"})


def define(client: LocalClient, *rules: Obj) -> None:
    numbers = {"least": {"type": "integer"}, "most": {"type": "integer"}}
    spec = {"type": "object", "properties": numbers, "x-kubernetes-validations": list(rules)}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    versions = [{"name": "v1", "served": True, "storage": True, "schema": schema}]
    names = {"plural": "things", "kind": "Thing"}
    whole = {"group": "example.com", "scope": "Namespaced", "names": names, "versions": versions}
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": THINGS}, "spec": whole}
    client.create(DEFINITIONS, crd)
    client.loop.run_until(client.loop.now + 1)


def thing(**spec: int) -> Obj:
    return {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}, "spec": spec}


def test_rules_of_a_definition(client: LocalClient) -> None:
    define(client, {"rule": "self.least <= self.most"}, {"rule": "self.most >= oldSelf.most", "message": "never less"})
    with pytest.raises(ApiError) as error:
        client.create(THINGS, thing(least=3, most=2), "default")
    assert error.value.message == 'Thing.example.com "t" is invalid: spec: Invalid value: failed rule: self.least <= self.most'
    client.create(THINGS, thing(least=1, most=2), "default")
    with pytest.raises(ApiError) as error:
        client.patch(THINGS, "t", "default", "merge", {"spec": {"most": 1}})
    assert error.value.message == 'Thing.example.com "t" is invalid: spec: Invalid value: never less'
    assert client.patch(THINGS, "t", "default", "merge", {"spec": {"most": 5}})["spec"]["most"] == 5
