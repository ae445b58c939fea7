"""kubectl cp: files from and to a container. Models kubectl/pkg/cmd/cp.

Not modelled: tar; files go one by one through `cat` and `tee`, byte by byte, but links, owners and times are not kept.
"""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from k8s_magic.kubectl import podpick
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Exit
from k8s_magic.kubectl.verb import Call, Verb
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj


class Spec(NamedTuple):
    """[[namespace/]pod:]path; `pod` is empty for a file of the user's."""

    namespace: str
    pod: str
    path: str


async def run(call: Call) -> int | None:
    """Copy one file or directory."""
    if len(call.args) != 2:
        raise UsageError("source and destination are required")
    source, target = (_spec(arg) for arg in call.args)
    if not source.path or not target.path:
        raise UsageError("filepath can not be empty")
    if bool(source.pod) == bool(target.pod):
        raise UsageError(f"one of src or dest must be a {'local' if source.pod else 'remote'} file specification")
    remote = source if source.pod else target
    pod = call.client.get("pods", remote.pod, remote.namespace or call.namespace)
    phase = pod.get("status", {}).get("phase", "")
    if phase in ("Succeeded", "Failed"):
        raise UsageError(f"cannot exec into a container in a completed pod; current phase is {phase}")
    place = _Container(call, pod, podpick.container_to_run_in(call, pod, call.flags["container"], quiet=True))
    await (_download(call, place, source.path, target.path) if source.pod else _upload(call, place, source.path, target.path))
    return None


def _spec(arg: str) -> Spec:
    where, colon, path = arg.partition(":")
    if not colon:
        return Spec("", "", arg)
    if not where or arg.startswith((".", "/")):
        if not where:
            raise UsageError("filespec must match the canonical format: [[namespace/]pod:]file/path")
        return Spec("", "", arg)
    namespace, _, pod = where.rpartition("/")
    if "/" in namespace:
        raise UsageError("filespec must match the canonical format: [[namespace/]pod:]file/path")
    return Spec(namespace, pod, path)


class _Container:
    """Runs commands in one container."""

    def __init__(self, call: Call, pod: Obj, name: str) -> None:
        self._call, self._pod, self._name = call, pod, name

    async def run(self, *command: str, stdin: bytes | None = None) -> tuple[bytes, bytes, bool]:
        """(stdout, stderr, whether it went well)."""
        parameters = {"container": self._name, "command": list(command), "stdin": stdin is not None, "stdout": True, "stderr": True}
        stream = await self._call.client.connect("pods", meta.name(self._pod), meta.namespace(self._pod), "exec", parameters)
        if stdin is not None:
            stream.write(stdin)
            stream.close_stdin()
        said = {1: b"", 2: b"", 3: b""}
        while (chunk := await stream.read()) is not None:
            said[chunk[0]] += chunk[1]
        return said[1], said[2], b'"Failure"' not in said[3]


async def _download(call: Call, place: _Container, path: str, target: str) -> None:
    if path.startswith("/"):
        call.err("tar: Removing leading `/' from member names\n")
    listed, _, found = await place.run("find", path, "-type", "f")
    if not found or not listed.strip():
        call.err(f"tar: {path.lstrip('/')}: Cannot stat: No such file or directory\n")
        call.err("tar: Exiting with failure status due to previous errors\ncommand terminated with exit code 2\n")
        raise Exit(1)
    files = call.environment.files
    if _is_directory(call, target):
        target = posixpath.join(target, posixpath.basename(path.rstrip("/")))
    for name in listed.decode().split("\n"):
        if name:
            data, _, _ = await place.run("cat", name)
            rest = posixpath.relpath(name, path)
            files.write(target if rest == "." else posixpath.join(target, rest), data)


async def _upload(call: Call, place: _Container, path: str, target: str) -> None:
    names = _local_files(call, path)
    _, _, is_directory = await place.run("test", "-d", target)
    if is_directory or target.endswith("/"):
        target = posixpath.join(target, posixpath.basename(path.rstrip("/")))
    for name in names:
        rest = posixpath.relpath(name, path)
        place_of = target if rest == "." else posixpath.join(target, rest)
        _, problem, done = await place.run("mkdir", "-p", posixpath.dirname(place_of) or ".")
        if done:
            _, problem, done = await place.run("tee", place_of, stdin=call.environment.files.read(name))
        if not done:
            raise UsageError(problem.decode(errors="replace").strip() or "error executing command in container")


def _local_files(call: Call, path: str) -> list[str]:
    """The file, or all files below the directory."""
    files = call.environment.files
    if _is_directory(call, path):
        return [found for name in files.list(path) for found in _local_files(call, posixpath.join(path, name))]
    try:
        files.read(path)
    except OSError:
        raise UsageError(f"{path} doesn't exist in local filesystem") from None
    return [path]


def _is_directory(call: Call, path: str) -> bool:
    try:
        return call.environment.files.is_dir(path)
    except OSError:
        return False


VERB = Verb(
    "cp",
    "Copy files from and to a container.",
    run,
    examples=("kubectl cp web:/etc/hosts ./hosts", "kubectl cp ./index.html web:/usr/share/nginx/html/index.html"),
)
