"""The kubeconfig file as `kubectl config` sees it: clusters, users and contexts by name. Models client-go/tools/clientcmd/api.

Where no file is, there is the embedded cluster's own configuration, which is written down with the first change.
"""

from __future__ import annotations

import base64
import errno
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from k8s_magic.kubectl import kubeconfig, usage, yamls
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.metadata_check import json_type
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects.meta import Obj

KINDS = {"clusters": "cluster", "contexts": "context", "users": "user"}
_OMITTED = "DATA+OMITTED"
_SECRET = ("token", "password")
_DATA = ("certificate-authority-data", "client-certificate-data", "client-key-data")
EMBEDDED = kubeconfig.EMBEDDED
SERVER = "https://192.168.64.2:6443"

FIELDS: dict[str, tuple[str, ...]] = {
    "clusters": (
        "server",
        "tls-server-name",
        "insecure-skip-tls-verify",
        "certificate-authority",
        "certificate-authority-data",
        "proxy-url",
        "disable-compression",
        "extensions",
    ),
    "contexts": ("cluster", "user", "namespace", "extensions"),
    "users": (
        "client-certificate",
        "client-certificate-data",
        "client-key",
        "client-key-data",
        "token",
        "tokenFile",
        "act-as",
        "username",
        "password",
        "auth-provider",
        "exec",
        "extensions",
    ),
}
# How the file calls what a path calls otherwise.
_WRITTEN = {
    "users": tuple(
        name for key in FIELDS["users"] for name in (("as", "as-uid", "as-groups", "as-user-extra") if key == "act-as" else (key,))
    )
}
_EXEC = ("command", "args", "env", "apiVersion", "installHint", "provideClusterInfo", "interactiveMode")


@dataclass
class Config:
    """What stands in a kubeconfig. Entries are dicts of the fields in the file."""

    clusters: dict[str, Obj] = field(default_factory=dict)
    contexts: dict[str, Obj] = field(default_factory=dict)
    users: dict[str, Obj] = field(default_factory=dict)
    current: str = ""
    preferences: Obj = field(default_factory=dict)

    def of(self, kind: str) -> dict[str, Obj]:
        """The entries of "clusters", "contexts" or "users"."""
        entries: dict[str, Obj] = getattr(self, kind)
        return entries

    def as_object(self) -> Obj:
        """The object of the file, keys in the order of Go's struct."""
        return {
            "kind": "Config",
            "apiVersion": "v1",
            **({"preferences": self.preferences} if self.preferences else {}),
            "clusters": self._listed("clusters", {"server": ""}),
            "users": self._listed("users", {}),
            "contexts": self._listed("contexts", {"cluster": "", "user": ""}),
            "current-context": self.current,
        }

    def _listed(self, kind: str, least: Obj) -> list[Obj] | None:
        entries = self.of(kind)
        return [{"name": name, KINDS[kind]: _written(kind, {**least, **entries[name]})} for name in sorted(entries)] or None


def _written(kind: str, entry: Obj) -> Obj:
    """An entry as Go writes its struct: fields in order, and those of an exec plugin even where nothing is said of them."""
    known = [key for key in _WRITTEN.get(kind, FIELDS[kind]) if key in entry]
    entry = {key: entry[key] for key in [*known, *(key for key in entry if key not in known)]}
    if plugin := entry.get("exec"):
        filled = {"command": "", "args": None, "env": None, "provideClusterInfo": False, **plugin}
        entry["exec"] = {key: filled[key] for key in (*_EXEC, *(key for key in filled if key not in _EXEC)) if key in filled}
    if provider := entry.get("auth-provider"):
        entry["auth-provider"] = {"name": provider.get("name", ""), "config": provider.get("config") or {}}
    return entry


def path(call: Call) -> str:
    """The file that is read and written."""
    return kubeconfig.path(call.environment, call.flags)


def load(call: Call) -> Config:
    """What the file says; the embedded cluster's configuration where there is no file. Errors: UsageError."""
    where = path(call)
    try:
        text = kubeconfig.read(call.environment, where).decode()
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise UsageError(f'error loading config file "{where}": read {where}: {(error.strerror or str(error)).lower()}') from None
        return Config() if call.flags.get("kubeconfig") else _embedded(call)
    try:
        found = yamls.load(text) or {}
    except yamls.YamlError as error:
        raise UsageError(f'error loading config file "{where}": {error}') from None
    if not isinstance(found, dict):
        raise UsageError(f'error loading config file "{where}": couldn\'t get version/kind; json parse error')
    return _from_object(found, where)


def _embedded(call: Call) -> Config:
    context = {"cluster": EMBEDDED, "user": EMBEDDED}
    if call.environment.namespace != "default":
        context["namespace"] = call.environment.namespace
    server = {"server": SERVER}
    return Config({EMBEDDED: server}, {EMBEDDED: context}, {EMBEDDED: {}}, EMBEDDED)


def _from_object(obj: Obj, where: str) -> Config:
    config = Config(current=str(obj.get("current-context") or ""), preferences=dict(obj.get("preferences") or {}))
    for kind, key in KINDS.items():
        if not isinstance(obj.get(kind) or [], list):
            of = f"v1.Named{'AuthInfo' if kind == 'users' else key.capitalize()}"
            fault = f"json: cannot unmarshal {json_type(obj[kind])} into Go struct field Config.{kind} of type []{of}"
            raise UsageError(f'error loading config file "{where}": {fault}')
        for entry in obj.get(kind) or ():
            config.of(kind)[str(entry.get("name", ""))] = dict(entry.get(key) or {})
    return config


def save(call: Call, config: Config) -> None:
    """Write the file."""
    where = path(call)
    try:
        kubeconfig.write(call.environment, where, yamls.dump(config.as_object()).encode())
    except OSError as error:
        raise UsageError(f"open {where}: {(error.strerror or str(error)).lower()}") from None


def help_error(call: Call, message: str) -> UsageError:
    """A mistake after which the command's help is printed, on stdout."""
    call.out(usage.help_of(call.path))
    return UsageError(message)


def one_argument(call: Call, what: str = "Unexpected args") -> str:
    if len(call.args) != 1:
        raise help_error(call, f"{what}: [{' '.join(call.args)}]")
    return call.args[0]


# --- Changing --------------------------------------------------------------------------------------------------------


def change(call: Call, kind: str, name: str, values: dict[str, Any]) -> bool:
    """Set fields of an entry; None takes one away. Gives whether the entry was there before."""
    config = load(call)
    entries = config.of(kind)
    existed = name in entries
    entry = {**entries.get(name, {}), **values}
    entries[name] = {key: value for key, value in entry.items() if value is not None}
    save(call, config)
    return existed


def delete(call: Call, kind: str) -> None:
    """Take an entry out of the file: `kubectl config delete-cluster`, -context, -user."""
    word = KINDS[kind]
    if len(call.args) != 1:
        if kind == "users":
            raise call.usage_error("user to delete is required")
        call.out(usage.help_of(call.path))
        return
    name, config = call.args[0], load(call)
    if name not in config.of(kind):
        raise UsageError(f"cannot delete {word} {name}, not in {path(call)}")
    if kind == "contexts" and config.current == name:
        call.err('warning: this removed your active context, use "kubectl config use-context" to select a different one\n')
    del config.of(kind)[name]
    save(call, config)
    call.out(f"deleted {word} {name} from {path(call)}\n")


def steps(text: str) -> tuple[str, str, str]:
    """(kind, name, field) of a property such as `clusters.minikube.server`; names may hold dots. Models newNavigationSteps."""
    words = text.split(".")
    if text == "current-context":
        return text, "", ""
    if words[0] == "preferences" and words[1:]:
        if words[1] != "colors":
            raise UsageError(f"unable to parse {text} after [{{preferences 0x0}}] at api.Preferences")
        return words[0], "", words[1]
    if words[0] not in KINDS:
        raise UsageError(f"unable to parse {text} after [] at api.Config")
    for end in range(2, len(words)):
        if words[end] in FIELDS[words[0]]:
            if words[end + 1 :]:
                raise UsageError(f"unable to parse one or more field values of {text}")
            return words[0], ".".join(words[1:end]), words[end]
    return words[0], ".".join(words[1:]), ""


# --- Showing ---------------------------------------------------------------------------------------------------------


def minified(config: Config) -> Config:
    """Only what the current context uses. Models MinifyConfig."""
    if not config.current:
        raise UsageError("current-context must exist in order to minify")
    if config.current not in config.contexts:
        raise UsageError(f"cannot locate context {config.current}")
    context = config.contexts[config.current]
    small = Config(contexts={config.current: context}, current=config.current, preferences=config.preferences)
    for kind, word in (("clusters", "cluster"), ("users", "user")):
        name = context.get(word)
        if name and name not in config.of(kind):
            raise UsageError(f"cannot locate {word} {name}")
        if name:
            small.of(kind)[name] = config.of(kind)[name]
    return small


def redacted(config: Config) -> Config:
    """Without secrets and certificates. Models RedactSecrets and ShortenConfig."""

    def hide(entry: Obj) -> Obj:
        return {key: "REDACTED" if key in _SECRET else _OMITTED if key in _DATA else value for key, value in entry.items()}

    clusters, users = ({name: hide(entry) for name, entry in config.of(kind).items()} for kind in ("clusters", "users"))
    return replace(config, clusters=clusters, users=users)


def _contents(read: Callable[[str], bytes], name: str) -> bytes:
    try:
        return read(name)
    except OSError as error:
        raise UsageError(f"open {name}: {(error.strerror or str(error)).lower()}") from None


def flattened(config: Config, read: Callable[[str], bytes]) -> Config:
    """With the contents of files in place of their names. Models FlattenConfig."""

    def inline(entry: Obj) -> Obj:
        entry = dict(entry)
        for key in ("certificate-authority", "client-certificate", "client-key"):
            name = entry.pop(key, None)
            if name:
                entry[f"{key}-data"] = base64.b64encode(_contents(read, name)).decode()
        return entry

    clusters, users = ({name: inline(entry) for name, entry in config.of(kind).items()} for kind in ("clusters", "users"))
    return replace(config, clusters=clusters, users=users)
