"""What a picture is asked to show: `deployment/web`, `-n NAMESPACE`, as kubectl takes them."""

from __future__ import annotations

from typing import NamedTuple

from k8s_magic.apiserver.client import Client
from k8s_magic.objects.meta import Obj


class PictureError(ValueError):
    """A picture that cannot be drawn, in one line for the user."""


class Target(NamedTuple):
    """An object that exists."""

    resource: str
    kind: str
    namespace: str
    name: str

    @property
    def title(self) -> str:
        """As in `deployment/web`."""
        return f"{self.kind.lower()}/{self.name}"


def arguments_of(arguments: tuple[str, ...]) -> tuple[list[str], str]:
    """The words and the namespace that `-n` or `--namespace` names."""
    words, namespace, rest = [], "default", list(arguments)
    while rest:
        word = rest.pop(0)
        if word in ("-n", "--namespace") and rest:
            namespace = rest.pop(0)
        elif word.startswith("--namespace="):
            namespace = word.partition("=")[2]
        else:
            words.append(word)
    return words, namespace


def target_of(client: Client, arguments: tuple[str, ...], usage: str) -> Target:
    """The one object that the arguments name, by `TYPE/NAME` or `TYPE NAME`; PictureError or ApiError where there is none."""
    words, namespace = arguments_of(arguments)
    parts = words[0].split("/") if len(words) == 1 else words
    if len(parts) != 2 or not all(parts):
        raise PictureError(f"expected {usage}")
    found = type_of(client, parts[0])
    namespace = namespace if found["namespaced"] else ""
    resource = resource_name(found)
    client.get(resource, parts[1], namespace)
    return Target(resource, found["kind"], namespace, parts[1])


def type_of(client: Client, word: str) -> Obj:
    """What the server calls a type; PictureError where it has none of that name."""
    word = word.lower()
    for found in client.resources():
        names = (found["name"], found["singularName"], found["kind"].lower(), resource_name(found), *found.get("shortNames", ()))
        if word in names and "list" in found["verbs"]:
            return found
    raise PictureError(f'the server doesn\'t have a resource type "{word}"')


def resource_name(found: Obj) -> str:
    """As in "deployments.apps"."""
    return f"{found['name']}.{found['group']}" if found["group"] else str(found["name"])
