"""Lists in pages: a continue token holds the revision of the first page, so that all pages show the same state.

Models apiserver storage/continue.go.
"""

from __future__ import annotations

import base64
import json
from typing import NamedTuple

from k8s_magic.apiserver.errors import ApiError, bad_request, gone
from k8s_magic.apiserver.store import Store
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

TOO_OLD = "The resourceVersion for the provided list is too old."
TOKEN_TOO_OLD = "The provided continue parameter is too old to display a consistent list result; a new list has to be started without it."


class Page(NamedTuple):
    """Where a page begins, and at which revision; `after` is ("", "") for the first."""

    revision: int
    after: tuple[str, str] = ("", "")


def page(store: Store, token: str, revision: int | None) -> Page:
    """The page that is asked for; 410 where the journal does not reach so far back."""
    found = _decoded(token) if token else Page(store.revision if revision is None else revision)
    check_not_ahead(store, found.revision)
    if found.revision + 1 < store.oldest_revision and found.revision < store.revision:
        raise gone(TOKEN_TOO_OLD if token else TOO_OLD)
    return found


def check_not_ahead(store: Store, revision: int) -> None:
    """A version that is still to come would be waited for, and then given up. Models storage.NewTooLargeResourceVersionError."""
    if revision > store.revision:
        cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
        message = f"Timeout: Too large resource version: {revision}, current: {store.revision}"
        raise ApiError(504, "Timeout", message, {"causes": [cause], "retryAfterSeconds": 1})


def cut(items: list[Obj], where: Page, limit: int, metadata: Obj, *, counts: bool) -> list[Obj]:
    """`limit` of `items` from `where` on; `metadata` says how to go on, and with `counts` how many are left."""
    if where.after != ("", ""):
        items = [obj for obj in items if (meta.namespace(obj), meta.name(obj)) > where.after]
    if limit <= 0 or len(items) <= limit:
        return items
    last = items[limit - 1]
    metadata["continue"] = _encoded(where.revision, f"{meta.namespace(last)}/{meta.name(last)}")
    if counts:
        metadata["remainingItemCount"] = len(items) - limit
    return items[:limit]


def _encoded(revision: int, start: str) -> str:
    token = json.dumps({"v": "meta.k8s.io/v1", "rv": revision, "start": start + "\0"}, separators=(",", ":"))
    return base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")


def _decoded(token: str) -> Page:
    try:
        told = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        namespace, _, name = told["start"].rstrip("\0").partition("/")
        return Page(int(told["rv"]), (namespace, name))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise bad_request(f"invalid continue token: continue key is not valid: {error}") from None
