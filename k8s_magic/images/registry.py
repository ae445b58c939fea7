"""Which programs an image holds: looked up by reference, as a container runtime resolves it.

The folder is the registry: each module without a leading underscore that exports NAMES is an image. An image that
nobody wrote runs a program that serves any request.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import NamedTuple

from k8s_magic import images
from k8s_magic.images import _commands, _generic
from k8s_magic.images.context import Program

DOCKER_HUB = "docker.io"
HOSTS = (DOCKER_HUB, "registry-1.docker.io", "index.docker.io", "gcr.io", "registry.k8s.io", "k8s.gcr.io", "quay.io", "ghcr.io", "lscr.io")
HOST_SUFFIXES = (
    ".gcr.io",
    ".pkg.dev",
    ".ecr.aws",
    ".amazonaws.com",
    ".azurecr.io",
    ".microsoft.com",
    ".gitlab.com",
    ".redhat.io",
    ".elastic.co",
)
MEBIBYTE = 1024 * 1024


class Reference(NamedTuple):
    """An image reference, with what it leaves out filled in."""

    host: str
    repository: str
    tag: str
    digest: str

    def __str__(self) -> str:
        name = f"{self.host}/{self.repository}"
        return f"{name}@{self.digest}" if self.digest else f"{name}:{self.tag}"


@dataclass(frozen=True)
class Image:
    """An image that can run."""

    reference: Reference
    main: Program
    known: bool
    size: int
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    commands: Mapping[str, Program] = field(default_factory=dict)
    has_shell: bool = True
    directories: tuple[str, ...] = ()
    """What scripts may write into, beside the directories that every image has."""

    def argv(self, command: list[str], args: list[str]) -> list[str]:
        """The command line, from the manifest's command and args over the image's ENTRYPOINT and CMD."""
        if command:
            return [*command, *args]
        return [*self.entrypoint, *(args or self.cmd)]

    def program(self, argv: list[str]) -> Program | None:
        """What runs for this command line; None where the image has no such program."""
        if not argv:
            return self.main
        return self.command(argv[0]) or (None if self.known else self.main)

    def command(self, name: str) -> Program | None:
        """A program of the image by its name or path."""
        base = _base(name)
        if base in {_base(words[0]) for words in (self.entrypoint, self.cmd) if words}:
            return self.main
        return self.commands.get(base) or (_commands.COMMANDS.get(base) if self.has_shell else None)

    @property
    def digest(self) -> str:
        """What the registry would give as the image's content hash; the same for the same tag."""
        return self.reference.digest or "sha256:" + hashlib.sha256(str(self.reference).encode()).hexdigest()


class PullError(Exception):
    """The registry does not give the image; the text is the container runtime's."""


def _base(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def parse(reference: str) -> Reference:
    """Split a reference; a missing registry host is Docker Hub's, a missing tag `latest`."""
    name, _, digest = reference.partition("@")
    head, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        head, tag = name, "latest"
    host, slash, rest = head.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, rest = DOCKER_HUB, head if slash else f"library/{head}"
    return Reference(host, rest, tag, digest)


@cache
def modules() -> dict[str, ModuleType]:
    """Modules by each name under which their image goes."""
    found: dict[str, ModuleType] = {}
    for info in sorted(pkgutil.iter_modules(images.__path__), key=lambda info: info.name):
        if info.name.startswith("_") or info.name in ("registry", "context"):
            continue
        module = importlib.import_module(f"k8s_magic.images.{info.name}")
        for name in getattr(module, "NAMES", ()):
            assert name not in found, f"two images are called {name}"
            found[name] = module
    return found


@cache
def find(reference: str) -> Image:
    """The image of a reference; one that nobody wrote serves any request. Raises PullError where no registry has it."""
    parsed = parse(reference)
    _check_exists(parsed)
    last = _base(parsed.repository)
    names = (f"{parsed.host}/{parsed.repository}", parsed.repository, last)
    module = next((modules()[name] for name in names if name in modules()), None)
    if module is None:
        return Image(parsed, _generic.main, known=False, size=_drawn_size(parsed))
    tags = getattr(module, "TAGS", ())
    if tags and not parsed.digest and parsed.tag not in tags:
        raise PullError(_not_found(parsed))
    return Image(
        parsed,
        module.main,
        known=True,
        size=module.SIZE if hasattr(module, "SIZE") else _drawn_size(parsed),
        entrypoint=tuple(getattr(module, "ENTRYPOINT", ())),
        cmd=tuple(getattr(module, "CMD", ())),
        commands=getattr(module, "COMMANDS", {}),
        has_shell=getattr(module, "HAS_SHELL", True),
        directories=tuple(getattr(module, "DIRECTORIES", ())),
    )


def missing(reference: str) -> PullError:
    """What a registry that has not got the image says."""
    return PullError(_not_found(parse(reference)))


def _drawn_size(reference: Reference) -> int:
    """Between 8 and 200 MiB, the same for the same image."""
    number = int.from_bytes(hashlib.blake2b(str(reference).encode(), digest_size=8).digest(), "big")
    return 8 * MEBIBYTE + number % (192 * MEBIBYTE)


def _check_exists(reference: Reference) -> None:
    if "nope" in reference.repository or "nope" in reference.tag:
        raise PullError(_denied(reference))
    if reference.host not in HOSTS and not reference.host.endswith(HOST_SUFFIXES):
        host, port = reference.host.partition(":")[::2]
        url = f"https://{reference.host}/v2/{reference.repository}/manifests/{reference.tag}"
        why = f'failed to do request: Head "{url}": dial tcp: lookup {host} on 192.168.64.1:53: no such host'
        if host in ("localhost", "127.0.0.1"):
            why = f'failed to do request: Head "{url}": dial tcp 127.0.0.1:{port or 443}: connect: connection refused'
        raise PullError(_failed(reference, "Unknown", why))


def _failed(reference: Reference, code: str, why: str) -> str:
    """containerd's two layers of wrapping around what went wrong."""
    whole = f'failed to pull and unpack image "{reference}": failed to resolve reference "{reference}": {why}'
    return f"rpc error: code = {code} desc = {whole}"


def _denied(reference: Reference) -> str:
    why = (
        "pull access denied, repository does not exist or may require authorization: "
        "server message: insufficient_scope: authorization failed"
    )
    return _failed(reference, "Unknown", why)


def _not_found(reference: Reference) -> str:
    return _failed(reference, "NotFound", f"{reference}: not found")
