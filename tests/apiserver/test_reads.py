"""List and watch: order, selectors, history."""

from __future__ import annotations

import pytest

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.objects.meta import Obj


def configmap(name: str, **labels: str) -> Obj:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": labels}}


def names(listed: Obj) -> list[str]:
    return [obj["metadata"]["name"] for obj in listed["items"]]


def events(client: LocalClient, **query: str) -> list[tuple[str, str]]:
    """All that a watch has to tell by now."""
    watch, seen = client.watch("configmaps", "default", **query), list[tuple[str, str]]()

    async def read() -> None:
        while event := await watch.next():
            seen.append((event.type, event.object["metadata"]["name"]))

    client.loop.spawn(read())
    client.loop.run_until(client.now())
    return seen


def test_lists_are_in_the_order_of_keys_and_selected_by_label(client: LocalClient) -> None:
    for name, tier in (("b", "x"), ("a", "x"), ("c", "y")):
        client.create("configmaps", configmap(name, tier=tier), "default")
    assert names(client.list("configmaps", "default")) == ["a", "b", "c"]
    assert names(client.list("configmaps", "default", labels="tier=x")) == ["a", "b"]
    assert names(client.list("configmaps", "default", labels="tier!=x")) == ["c"]
    assert names(client.list("configmaps", "default", fields="metadata.name!=a")) == ["b", "c"]


def test_pages_follow_each_other(client: LocalClient) -> None:
    for name in "abc":
        client.create("configmaps", configmap(name), "default")
    first = client.list("configmaps", "default", limit=2)
    assert (names(first), first["metadata"]["remainingItemCount"]) == (["a", "b"], 1)
    assert names(client.list("configmaps", "default", limit=2, continue_token=first["metadata"]["continue"])) == ["c"]


def test_an_unknown_field_is_refused(client: LocalClient) -> None:
    with pytest.raises(ApiError) as error:
        client.list("pods", "default", fields="spec.containers=c")
    assert (error.value.code, error.value.message) == (400, "field label not supported: spec.containers")


def test_a_watch_begins_with_what_is_there_and_goes_on(client: LocalClient) -> None:
    client.create("configmaps", configmap("a"), "default")
    seen = events(client)
    client.create("configmaps", configmap("b"), "default")
    client.patch("configmaps", "b", "default", "merge", {"data": {"k": "v"}})
    client.delete("configmaps", "b", "default")
    client.loop.run_until(client.now())
    assert seen == [("ADDED", "a"), ("ADDED", "b"), ("MODIFIED", "b"), ("DELETED", "b")]


def test_leaving_a_selection_is_seen_as_a_deletion(client: LocalClient) -> None:
    client.create("configmaps", configmap("a", app="x"), "default")
    seen = events(client, labels="app=x")
    client.patch("configmaps", "a", "default", "merge", {"metadata": {"labels": {"app": "y"}}})
    client.patch("configmaps", "a", "default", "merge", {"metadata": {"labels": {"app": "x"}}})
    client.loop.run_until(client.now())
    assert seen == [("ADDED", "a"), ("DELETED", "a"), ("ADDED", "a")]


def test_a_watch_can_begin_in_the_past(client: LocalClient) -> None:
    first = client.create("configmaps", configmap("a"), "default")
    client.create("configmaps", configmap("b"), "default")
    client.delete("configmaps", "a", "default")
    assert events(client, resource_version=first["metadata"]["resourceVersion"]) == [("ADDED", "b"), ("DELETED", "a")]


def test_a_past_that_is_forgotten_is_gone(client: LocalClient) -> None:
    client.create("configmaps", configmap("a"), "default")
    client.api.store.journal.popleft()
    with pytest.raises(ApiError) as error:
        client.watch("configmaps", "default", resource_version="1")
        client.api.store.journal.popleft()
        client.watch("configmaps", "default", resource_version="1")
    assert (error.value.code, error.value.reason) == (410, "Expired")


def test_what_cannot_be_listed_is_not(client: LocalClient) -> None:
    with pytest.raises(ApiError) as error:
        client.list("bindings", "default")
    assert (error.value.code, error.value.message) == (405, "the server does not allow this method on the requested resource")
