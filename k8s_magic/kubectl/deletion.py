"""Deleting objects and waiting until they are gone: for `delete`, `replace --force` and `run --rm`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from k8s_magic.apiserver.client import DeleteOptions
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import waiting
from k8s_magic.kubectl.builder import Info, Result
from k8s_magic.kubectl.common import DryRun, suffixed
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Exit, UserError, not_found, raise_reduced, source_error
from k8s_magic.kubectl.verb import Call

Cascade = Literal["Background", "Foreground", "Orphan"]
IMMEDIATE = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. "
    "The resource may continue to run on the cluster indefinitely.\n"
)


@dataclass
class Deletion:
    """One run of deletions. Models kubectl/pkg/cmd/delete.DeleteOptions."""

    call: Call
    grace_seconds: int = -1
    """-1: what the object says; 0: at once."""
    cascade: Cascade = "Background"
    dry: DryRun = "none"
    output: str = ""
    wait: bool = True
    timeout_s: float = 0.0
    """0: as long as it takes."""
    warn_cluster_scope: bool = False
    quiet: bool = False
    deleted: list[tuple[Info, str]] = field(default_factory=list)
    """What was deleted, with its uid."""

    async def run(self, result: Result) -> None:
        """Delete all of `result`, say so, and wait for the end of each."""
        found: list[Info] = []

        def delete(info: Info) -> None:
            found.append(info)
            self._delete(info)

        result.visit(delete)
        if not found:
            self.call.out("No resources found\n")
        elif self.wait and self.dry == "none":
            await self._wait_for_all()

    def _delete(self, info: Info) -> None:
        if self.warn_cluster_scope and not info.mapping.namespaced:
            self.call.err("Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n")
            self.warn_cluster_scope = False
        if self.dry == "client":
            return self._say(info)
        options = DeleteOptions(
            grace_seconds=self.grace_seconds if self.grace_seconds >= 0 else None, propagation=self.cascade, dry_run=self.dry == "server"
        )
        try:
            answer = self.call.client.delete(info.mapping.resource, info.name, info.namespace, options=options)
        except ApiError as error:
            raise source_error("deleting", info.source, error) from None
        self._say(info)
        uid = (answer.get("details") or {}).get("uid") if answer.get("kind") == "Status" else answer["metadata"].get("uid")
        self.deleted.append((info, uid or ""))
        return None

    def _say(self, info: Info) -> None:
        if self.quiet:
            return
        operation = "force deleted" if self.grace_seconds == 0 else "deleted"
        if info.mapping.namespaced:
            operation += f" from {info.namespace} namespace"
        if self.output == "name":
            self.call.out(f"{info.shown}\n")
        else:
            self.call.out(f'{info.mapping.kind_shown} "{info.name}" {suffixed(operation, self.dry)}\n')

    async def _wait_for_all(self) -> None:
        now = self.call.client.now()
        end = now + self.timeout_s if self.timeout_s else None
        errors: list[Exception] = []
        for info, uid in self.deleted:
            try:
                await self._wait_for(info, uid, end)
            except UserError as error:
                errors.append(error)
        raise_reduced(errors)

    async def _wait_for(self, info: Info, uid: str, end: float | None) -> None:
        """Until the object is gone or another one has its name. Models kubectl/pkg/cmd/wait.IsDeleted."""
        if self._is_gone(info, uid):
            return
        waiting.check_may_wait(self.call.environment)
        limit, client = self.call.environment.wait_limit_s, self.call.client
        last = end if end is not None else None if limit is None else client.now() + limit
        watch = client.watch(info.mapping.resource, info.namespace, fields=f"metadata.name={info.name}")
        try:
            while not self._is_gone(info, uid):
                seconds = None if last is None else max(0.0, last - client.now())
                event, timed_out = await waiting.next_event(client, watch, seconds)
                if timed_out:
                    self._give_up(info, explicit=end is not None)
                if event is None or event.type == "DELETED":
                    return
        finally:
            watch.stop()

    def _give_up(self, info: Info, *, explicit: bool) -> None:
        if explicit:
            raise UsageError(f"timed out waiting for the condition on {info.mapping.plural}/{info.name}")
        seconds = f"{self.call.environment.wait_limit_s:g} s"
        self.call.err(f"({info.mapping.plural}/{info.name} is still there after {seconds}: a real kubectl would go on until Ctrl+C)\n")
        raise Exit(1)

    def _is_gone(self, info: Info, uid: str) -> bool:
        try:
            found = self.call.client.get(info.mapping.resource, info.name, info.namespace)
        except ApiError as error:
            if not_found(error):
                return True
            raise
        return bool(uid) and found["metadata"].get("uid") != uid


def parse_cascade(call: Call, text: str) -> Cascade:
    """--cascade, old spellings included. Models delete.parseCascadingFlag."""
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        call.err(f"warning: --cascade={text} is deprecated (boolean value) and can be replaced with --cascade=background.\n")
        return "Background"
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        call.err(f"warning: --cascade={text} is deprecated (boolean value) and can be replaced with --cascade=orphan.\n")
        return "Orphan"
    known: dict[str, Cascade] = {"background": "Background", "foreground": "Foreground", "orphan": "Orphan"}
    if text not in known:
        raise UsageError(f'invalid cascade value ({text}). Must be "background", "foreground", or "orphan"')
    return known[text]
