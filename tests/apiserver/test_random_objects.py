"""Whatever objects come, the API answers with an object or a Status, and the store stays consistent."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.client import DeleteOptions, WriteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.apiserver.store import Store
from k8s_magic.kinds import registry
from k8s_magic.objects.meta import Obj, key
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop
from tests.apiserver.random_objects import JUNK, broken, valid

# The CEL library raises the recursion limit when it is first used, which Hypothesis would hold against the test.
pytestmark = pytest.mark.filterwarnings("ignore:The recursion limit will not be reset")
RESOURCES = sorted(registry())
CREATED = [r for r in RESOURCES if "create" in registry()[r].verbs]
# A binding needs a pod that is there, and is not stored itself.
NOT_STORED = ("bindings",)
PATCHES = ("merge", "strategic", "json", "apply")
# Objects are drawn from a number, which cannot be made simpler, so nothing is lost by not shrinking.
quick = settings(max_examples=25, deadline=None, derandomize=True, database=None, phases=[Phase.generate])


def server() -> LocalClient:
    """A user's client on a new server with one namespace, its account and a pod."""
    client = LocalClient(ApiServer(Loop(1_767_603_600.0), Lineage(0)), Caller("test"))
    client.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    for resource, name in (("serviceaccounts", "default"), ("pods", "p")):
        client.create(resource, valid(resource, Random(0), name), "default")
    return client


def attempt(act: Any, *args: Any, **more: Any) -> Obj | None:
    """What the API gives, or None where it refuses; a refusal can be written as JSON."""
    try:
        made: Obj = act(*args, **more)
    except ApiError as refused:
        assert 400 <= refused.code < 600 and refused.message
        json.dumps(refused.status)
        return None
    json.dumps(made)
    return made


def consistent(store: Store) -> None:
    """Indexes equal those of a store that is built anew from the same objects."""
    anew = Store()
    for resource in list(store._objects):
        for obj in store.items(resource):
            anew.put(resource, key(obj), obj, time=0, actor="", causes=())
    for index in ("_by_owner", "_by_node", "_by_label"):
        ours, theirs = getattr(store, index), getattr(anew, index)
        assert {k: set(v) for k, v in ours.items()} == {k: set(v) for k, v in theirs.items()}


def place(resource: str) -> str:
    return "default" if registry()[resource].namespaced else ""


@pytest.mark.parametrize("resource", CREATED)
@quick
@given(seed=st.integers(0, 2**32))
def test_any_object_is_taken_or_refused(resource: str, seed: int) -> None:
    random, client, namespace = Random(seed), server(), place(resource)
    made = None
    for _ in range(3):
        obj = valid(resource, random)
        validation = random.choice(["", "Strict", "Ignore"])
        attempt(client.create, resource, broken(obj, random), namespace, options=WriteOptions(field_validation=validation))  # type: ignore[arg-type]
        made = attempt(client.create, resource, obj, namespace) or made
    if made is not None and "update" in registry()[resource].verbs:
        _change(client, resource, namespace, made, random)
    consistent(client.api.store)


def _change(client: LocalClient, resource: str, namespace: str, made: Obj, random: Random) -> None:
    name = made["metadata"]["name"]
    subresources = ["", *registry()[resource].subresources]
    for _ in range(4):
        subresource = random.choice(subresources)
        wrong = broken(made, random)
        attempt(client.update, resource, wrong, namespace, subresource=subresource)
        how = random.choice(PATCHES)
        patch: Any = random.choice([wrong, *JUNK])
        if how == "json" and random.random() < 0.7:
            path = random.choice(["/spec", "/metadata/labels", "/metadata/name", "/spec/template/spec/containers/0", "", "x", "/a/b"])
            patch = [{"op": random.choice(["add", "remove", "replace", "test", "move", "?"]), "path": path, "value": random.choice(JUNK)}]
        options = WriteOptions(field_manager="test", force=random.random() < 0.5)
        attempt(client.patch, resource, name, namespace, how, patch, subresource=subresource, options=options)  # type: ignore[arg-type]
        attempt(
            client.create,
            resource,
            random.choice([wrong, *JUNK]),
            namespace,
            name=name,
            subresource=random.choice(subresources[1:] or ["x"]),
        )
        for table in ("", "Metadata"):
            attempt(client.list, resource, namespace, table=table)
    attempt(client.delete, resource, name, namespace, options=DeleteOptions(propagation=random.choice(["", "Foreground", "Orphan"])))
    client.loop.run_until(client.loop.now + 10)


def test_valid_objects_are_stored() -> None:
    """So that the generator is no toy."""
    stored: Counter[str] = Counter()
    refusals: dict[str, str] = {}
    for resource in [r for r in CREATED if r not in NOT_STORED]:
        for number in range(40):
            client = server()
            try:
                client.create(resource, valid(resource, Random(number)), place(resource))
                stored[resource] += 1
            except ApiError as refused:
                refusals[resource] = refused.message
    if importlib.util.find_spec("celpy") is None:  # Without it nobody can judge a policy's expressions.
        stored["validatingadmissionpolicies.admissionregistration.k8s.io"] = 40
    poor = {resource: refusals[resource] for resource in CREATED if resource not in NOT_STORED and stored[resource] < 32}
    assert poor == {}
