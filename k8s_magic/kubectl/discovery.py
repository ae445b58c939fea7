"""What kubectl remembers of the API's resources from one command to the next.

So a kind that has gone is still asked for, and a new member of a category is still missing, until something is looked up that
is not remembered, or somebody asks for the resources themselves. Models client-go discovery/cached/disk. Not modelled: that a
version is remembered as the preferred one.
"""

from __future__ import annotations

from k8s_magic.apiserver.client import Client
from k8s_magic.objects.meta import Obj

LASTS_S = 6 * 3600.0


class Discovery:
    """The memory; one for all commands that share a home."""

    def __init__(self) -> None:
        self._found: list[Obj] | None = None
        self._fetched_at = 0.0

    def resources(self, client: Client) -> list[Obj]:
        """As remembered; asked for where they are not."""
        if self._found is None or client.now() - self._fetched_at >= LASTS_S:
            return self.fetch(client)
        return self._found

    def fetch(self, client: Client) -> list[Obj]:
        """As they are now."""
        self._found, self._fetched_at = list(client.resources()), client.now()
        return self._found

    def forget(self) -> None:
        self._found = None
