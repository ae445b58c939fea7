"""From `deployment/web` and a cluster to the story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from k8s_magic.cluster.story.members import find_kind, members
from k8s_magic.cluster.story.story import Story, tell
from k8s_magic.cluster.story.words import title
from k8s_magic.objects.meta import Key

if TYPE_CHECKING:
    from k8s_magic.cluster.cluster import Cluster


def story_of(cluster: Cluster, what: str, namespace: str = "default") -> Story:
    """The story of TYPE/NAME; ValueError where that is no such pair, `ApiError` where there is no such type or object."""
    type_word, slash, name = what.partition("/")
    if not slash or not type_word or not name:
        raise ValueError(f'"{what}" is not TYPE/NAME, as deployment/web is')
    kind = find_kind(cluster.api.kinds.values(), type_word)
    key = Key(namespace if kind.namespaced else "", name)
    journal = list(cluster.api.store.journal)
    told = members(journal, kind, key)
    return tell(title(kind.kind, name), key.namespace, told, journal, cluster.log.entries)
