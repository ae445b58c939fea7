"""tar, as `kubectl cp` needs it in a container: archives as bytes on the standard streams or in files.

Not modelled: links, owners, permissions; empty directories, which a container's files do not have.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from dataclasses import dataclass, field

from k8s_magic.images.context import Context

WITH_VALUE = "fC"


@dataclass
class _Asked:
    """What the command line says."""

    letters: set[str] = field(default_factory=set)
    archive: str = "-"
    directory: str = "/"
    names: list[str] = field(default_factory=list)


async def tar(ctx: Context, argv: list[str]) -> int:
    """c, x and t; f, C, z and v; other letters change nothing here."""
    asked = _parsed(argv[1:])
    if "c" in asked.letters:
        return _create(ctx, asked)
    if not asked.letters & {"x", "t"}:
        ctx.stderr("tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\n")
        return 2
    try:
        data = await _read(ctx, asked.archive)
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            return _list(ctx, archive) if "t" in asked.letters else _extract(ctx, archive, asked)
    except KeyError:
        ctx.stderr(f"tar: {asked.archive}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n")
    except tarfile.TarError:
        ctx.stderr("tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n")
    return 2


def _parsed(words: list[str]) -> _Asked:
    asked, rest, is_first = _Asked(), list(words), True
    while rest:
        word = rest.pop(0)
        if word == "-" or (not word.startswith("-") and not is_first):
            asked.names.append(word)
        elif not word.startswith("--"):
            letters = word.removeprefix("-")
            asked.letters |= set(letters)
            for letter in letters:
                if letter in WITH_VALUE and rest:
                    setattr(asked, "archive" if letter == "f" else "directory", rest.pop(0))
        is_first = False
    asked.directory = posixpath.join("/", asked.directory)
    return asked


async def _read(ctx: Context, archive: str) -> bytes:
    if archive != "-":
        return ctx.files[posixpath.normpath(posixpath.join("/", archive))]
    data = b""
    while more := await ctx.read_stdin():
        data += more
    return data


def _create(ctx: Context, asked: _Asked) -> int:
    buffer, code = io.BytesIO(), 0
    if any(name.startswith("/") for name in asked.names):
        ctx.stderr("tar: Removing leading `/' from member names\n")
    with tarfile.open(fileobj=buffer, mode="w:gz" if "z" in asked.letters else "w") as archive:
        for name in asked.names:
            top = posixpath.normpath(posixpath.join(asked.directory, name))
            below = top.rstrip("/") + "/"
            found = sorted(path for path in ctx.files if path == top or path.startswith(below))
            if not found:
                ctx.stderr(f"tar: {name.lstrip('/')}: Cannot stat: No such file or directory\n")
                code = 2
            for path in found:
                shown = posixpath.normpath(name).lstrip("/") + path.removeprefix(top)
                member = tarfile.TarInfo(shown)
                member.size, member.mtime = len(ctx.files[path]), int(ctx.now())
                archive.addfile(member, io.BytesIO(ctx.files[path]))
                if "v" in asked.letters:
                    ctx.stderr(shown + "\n")
    if asked.archive == "-":
        ctx.stdout(buffer.getvalue().decode("utf-8", "surrogateescape"))
    else:
        ctx.files[posixpath.normpath(posixpath.join("/", asked.archive))] = buffer.getvalue()
    if code:
        ctx.stderr("tar: Exiting with failure status due to previous errors\n")
    return code


def _extract(ctx: Context, archive: tarfile.TarFile, asked: _Asked) -> int:
    for member in archive:
        content = archive.extractfile(member) if member.isfile() else None
        if content is None:
            continue
        try:
            ctx.files[posixpath.normpath(posixpath.join(asked.directory, member.name))] = content.read()
        except OSError as error:
            ctx.stderr(f"tar: {member.name}: Cannot open: {error.strerror}\ntar: Exiting with failure status due to previous errors\n")
            return 2
        if "v" in asked.letters:
            ctx.stdout(member.name + "\n")
    return 0


def _list(ctx: Context, archive: tarfile.TarFile) -> int:
    ctx.stdout("".join(f"{name}\n" for name in archive.getnames()))
    return 0
