"""The picture of label selection: which objects a selector selects, and which term of it those that it does not select fail.

`%view selector 'app in (alpaca),ver!=1'` asks for a selector of your own; `%view service/web`, `%view deployment/web` for an object's.
"""

from __future__ import annotations

from k8s_magic.apiserver.client import Client
from k8s_magic.objects.selectors import parse
from k8s_magic.widgets._picture import Picture
from k8s_magic.widgets._play import Painting
from k8s_magic.widgets._states import Journal
from k8s_magic.widgets._target import PictureError, arguments_of, resource_name, target_of, type_of
from k8s_magic.widgets.selector.asked import Asked
from k8s_magic.widgets.selector.scene import Scene, changes, scene_of
from k8s_magic.widgets.selector.svg import drawer
from k8s_magic.widgets.selector.text import draw_text, summary

EVERY = ("deployments.apps", "replicasets.apps", "pods", "services")
HOLDERS = ("services", "replicasets.apps", "deployments.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch")


def open_view(client: Client, journal: Journal | None, arguments: tuple[str, ...] = ()) -> Picture:
    """The picture as a widget. Arguments: a selector and the types to look at, or TYPE/NAME; and `-n NAMESPACE`."""
    return painting(client, arguments).open(client, journal)


def painting(client: Client, arguments: tuple[str, ...]) -> Painting[Scene]:
    """How the picture is made; PictureError, SelectorError or ApiError where the arguments are wrong."""
    asked = _asked(client, arguments)
    slices = ("endpointslices.discovery.k8s.io",) if asked.holder and asked.holder.resource == "services" else ()
    resources = tuple(dict.fromkeys((*asked.resources, *HOLDERS, *slices)))
    return Painting(resources, lambda state: scene_of(state, asked), changes, drawer, draw_text, summary)


def _asked(client: Client, arguments: tuple[str, ...]) -> Asked:
    words, namespace = arguments_of(arguments)
    if not words:
        raise PictureError("expected a selector, as in %view selector 'app in (alpaca),ver!=1', or TYPE/NAME")
    if "/" in words[0] and words[0].partition("/")[0].isalpha() and not set("=!<>() ,") & set(words[0]):
        target = target_of(client, arguments, "TYPE/NAME")
        if target.resource not in HOLDERS:
            raise PictureError(f"{target.title} selects no pods")
        return Asked(namespace, holder=target, resources=("pods",))
    types = tuple(resource_name(type_of(client, word)) for word in words[1:]) or EVERY
    return Asked(namespace, selector=parse(words[0]), resources=types)
