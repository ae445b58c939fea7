"""--from-literal, --from-file, --from-env-file: keys and values for ConfigMaps and Secrets."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from k8s_magic.kinds import names
from k8s_magic.kubectl.environment import Environment, UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.verb import Call

Add = Callable[[str, bytes], None]
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_KEY_RULE = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', "
    "regex used for validation is '[-._a-zA-Z0-9]+')"
)


def key_fault(key: str) -> str:
    """Why `key` cannot be a key; empty where it can. Models validation.IsConfigMapKey."""
    if len(key) > 253:
        return "must be no more than 253 characters"
    if not _KEY.fullmatch(key):
        return _KEY_RULE
    if key == ".":
        return "must not be '.'"
    if key == "..":
        return "must not be '..'"
    return "must not start with '..'" if key.startswith("..") else ""


def collect(call: Call, add: Add, what: str, *, literals_first: bool) -> None:
    """Hand each key and value that the flags name to `add`; `what` is "config" or "secret"."""
    flags = call.flags
    if flags["from-env-file"] and (flags["from-file"] or flags["from-literal"]):
        raise UsageError("from-env-file cannot be combined with from-file or from-literal")
    if literals_first:
        _add_literals(flags["from-literal"], add)
    for source in flags["from-file"]:
        from_file(call.environment, source, add)
    if not literals_first:
        _add_literals(flags["from-literal"], add)
    for path in flags["from-env-file"]:
        for key, value in _env_file(call.environment, path, what):
            add(key, value)


def _add_literals(texts: Iterable[str], add: Add) -> None:
    for text in texts:
        add(*_literal(text))


def _literal(text: str) -> tuple[str, bytes]:
    """KEY=VALUE; quotes are part of the value. Models util.ParseLiteralSource."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise UsageError(f"invalid literal source {text}, expected key=value")
    return key, value.encode()


def from_file(environment: Environment, source: str, add: Add) -> None:
    """[KEY=]PATH of a file, or of a directory whose files become keys."""
    key, path = _file_source(source)
    files = environment.files
    if not _is_dir(environment, path):
        add(key, files.read(path))
        return
    if "=" in source:
        raise UsageError("cannot give a key name for a directory path")
    for name in files.list(path):
        inner = posixpath.join(path, name)
        if not files.is_dir(inner):
            add(name, files.read(inner))


def _file_source(source: str) -> tuple[str, str]:
    """Models util.ParseFileSource."""
    parts = source.split("=")
    if len(parts) == 1:
        return posixpath.basename(source.rstrip("/")), source
    if len(parts) > 2:
        raise UsageError("key names or file paths cannot contain '='")
    if not parts[0]:
        raise UsageError(f"key name for file path {parts[1]} missing")
    if not parts[1]:
        raise UsageError(f"file path for key name {parts[0]} missing")
    return parts[0], parts[1]


def _is_dir(environment: Environment, path: str) -> bool:
    try:
        if environment.files.is_dir(path):
            return True
        environment.files.read(path)
    except OSError as error:
        raise UsageError(f"error reading {path}: {(error.strerror or str(error)).lower()}") from None
    return False


def _env_file(environment: Environment, path: str, what: str) -> Iterator[tuple[str, bytes]]:
    """KEY=VALUE lines. Models cmdutil.AddFromEnvFile."""
    if _is_dir(environment, path):
        raise UsageError(f"env {what} file cannot be a directory")
    for line in environment.files.read(path).decode("utf-8-sig").splitlines():
        line = line.lstrip()
        if not line or line.startswith("#"):
            continue
        key, equals, value = line.partition("=")
        faults = names.strict_environment_name(key)
        if faults:
            raise UsageError(f"{quoted(key)} is not a valid key name: {';'.join(faults)}")
        yield key, (value if equals else environment.env.get(key, "")).encode()


def name_hash(**content: Any) -> str:
    """The suffix of --append-hash. Models kubectl/pkg/util/hash."""
    text = json.dumps(content, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    for char, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(char, escape)
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return digest.translate(str.maketrans("013ae", "ghkmt"))
