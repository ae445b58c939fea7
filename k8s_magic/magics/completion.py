"""Tab completion in `%kubectl`, bare `kubectl` and `%%kubectl` lines: verbs, kinds, names, namespaces, flags, files.

`candidates` decides, from the words before the cursor; `KubectlMatcher` hands it to IPython. A matcher must be quick and
must not fail: what it raises would be printed into the user's cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from IPython.core.completer import SimpleCompletion, context_matcher

from k8s_magic.apiserver.client import Client
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import flags as flag_tables
from k8s_magic.kubectl import verb as verbs
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.main import resolve
from k8s_magic.magics.cluster_commands import COMMANDS
from k8s_magic.magics.session import Session
from k8s_magic.objects.meta import Obj
from k8s_magic.widgets import pictures

LINE = re.compile(r"^(?:.*?=\s*%{1,2}|\s*[%!]{0,2})(?P<magic>kubectl|cluster|view)\s(?P<rest>.*)$")
TAKES_TYPE = {"get", "describe", "delete", "edit", "label", "annotate", "patch", "scale", "expose", "wait", "autoscale", "explain"}
TAKES_TYPE |= {"rollout", "set", "events", "rollout history", "rollout pause", "rollout restart", "rollout resume", "rollout status"}
TAKES_TYPE |= {"rollout undo", "set image", "set env", "set resources", "set selector", "set serviceaccount"}
TAKES_ONE = {"logs": "pods", "exec": "pods", "attach": "pods", "port-forward": "pods", "cp": "pods", "debug": "pods"}
TAKES_ONE |= {"cordon": "nodes", "uncordon": "nodes", "drain": "nodes", "top node": "nodes", "top pod": "pods"}
OUTPUTS = ["json", "yaml", "name", "wide", "custom-columns=", "go-template=", "jsonpath="]


def candidates(session: Session, rest: str) -> tuple[str, list[str]]:
    """(the part of `rest` being completed, what it may become) for a kubectl line up to the cursor."""
    words = rest.split()
    fragment = "" if not rest or rest[-1].isspace() else words.pop()
    before = words[-1] if words else ""
    flag, equals, value = fragment.partition("=")
    if equals and flag.startswith("--"):
        return value, _starting(_values(session, flag, words), value)
    if before in ("-n", "--namespace", "-o", "--output", "-f", "--filename", "-c", "--container"):
        return fragment, _starting(_values(session, before, words), fragment)
    path, positional = resolve(words)
    arguments = _arguments(path, positional)
    if fragment.startswith("-"):
        found = verbs.flags_of(path, verbs.find(path)) if path else flag_tables.table()[""].flags
        return fragment, _starting([*sorted(f"--{f.name}" for f in found if f.name != "help"), "--help"], fragment)
    if verbs.children(path) and not arguments:
        subcommands = verbs.children(path)
        known = [name for name in subcommands if verbs.find((*path, name)) is not None]
        return fragment, _starting(known, fragment)
    return fragment, _starting(_nouns(session.client, path, arguments, words, fragment), fragment)


def _values(session: Session, flag: str, words: list[str]) -> Iterable[str]:
    """What may stand after a flag."""
    client = session.client
    if flag in ("-n", "--namespace"):
        return _names(client, "namespaces", "")
    if flag in ("-o", "--output"):
        return OUTPUTS
    if flag in ("-f", "--filename"):
        return sorted(str(path) for pattern in ("*.yaml", "*.yml", "*.json") for path in Path().glob(pattern))
    if flag in ("-c", "--container"):
        pods = client.list("pods", _namespace(words))["items"]
        return [c["name"] for pod in pods if pod["metadata"]["name"] in words for c in pod["spec"]["containers"]]
    return []


def _nouns(client: Client, path: tuple[str, ...], arguments: list[str], words: list[str], fragment: str) -> Iterable[str]:
    """TYPE, NAME or TYPE/NAME, whichever may come next."""
    command, namespace = " ".join(path), _namespace(words)
    if command in TAKES_ONE:
        return _names(client, TAKES_ONE[command], namespace) if not arguments else []
    if command == "taint":
        arguments = arguments or ["nodes"]
    elif command not in TAKES_TYPE:
        return []
    kind, slash, _ = fragment.partition("/")
    if slash:
        resource = _resource(client, kind)
        return [f"{kind}/{name}" for name in _names(client, resource, namespace)] if resource else []
    if not arguments:
        return _types(client)
    resource = _resource(client, arguments[0].rsplit(",", 1)[-1])
    return _names(client, resource, namespace) if resource and command != "explain" else []


def _types(client: Client) -> list[str]:
    return sorted({name for r in client.resources() if "/" not in r["name"] for name in (r["name"], *r.get("shortNames", ()))})


def _resource(client: Client, word: str) -> str:
    """The resource that a user's word for a kind names, as clients name it ("deployments.apps"); empty where there is none."""
    for found in client.resources():
        if word in (found["name"], found.get("singularName"), found["kind"].lower(), *found.get("shortNames", ())):
            return _qualified(found)
    return ""


def _qualified(resource: Obj) -> str:
    return f"{resource['name']}.{resource['group']}" if resource.get("group") else str(resource["name"])


def _names(client: Client, resource: str, namespace: str) -> list[str]:
    spaced = next((r["namespaced"] for r in client.resources() if _qualified(r) == resource), True)
    return [item["metadata"]["name"] for item in client.list(resource, namespace if spaced else "")["items"]]


def _namespace(words: list[str]) -> str:
    for index, word in enumerate(words):
        if word in ("-n", "--namespace") and index + 1 < len(words):
            return words[index + 1]
        if word.startswith("--namespace="):
            return word.partition("=")[2]
    return "default"


def _arguments(path: tuple[str, ...], words: list[str]) -> list[str]:
    """The words that are neither flags nor their values."""
    try:
        return flag_tables.parse(words, verbs.flags_of(path, None), lambda text: None)[1]
    except UsageError:
        return [word for word in words if not word.startswith("-")]


def _starting(found: Iterable[str], fragment: str) -> list[str]:
    return [word for word in found if word.startswith(fragment)]


class KubectlMatcher:
    """Completes our lines in IPython; other lines are left to the other matchers."""

    def __init__(self, session: Session, shell: Any) -> None:
        self.session = session
        self.shell = shell
        # IPython keeps settings as attributes of the matcher, which a bound method cannot have.
        self.function = context_matcher(identifier="k8s_magic.kubectl")(lambda context: self.complete(context))

    def attach(self) -> None:
        self.shell.Completer.custom_matchers.append(self.function)

    def detach(self) -> None:
        self.shell.Completer.custom_matchers.remove(self.function)

    def complete(self, context: Any) -> dict[str, Any]:
        """IPython's SimpleMatcherResult for the cursor's line."""
        lines = context.full_text.split("\n")
        line = lines[context.cursor_line][: context.cursor_position]
        in_cell = lines[0].startswith("%%") and context.cursor_line > 0
        whole_cell = in_cell and lines[0].strip() == "%%kubectl"
        match = LINE.match(line) if not in_cell else None
        if match is None and not whole_cell:
            return {"completions": []}
        magic, rest = (match["magic"], match["rest"]) if match else ("kubectl", line)
        try:
            fragment, found = self._find(magic, rest)
        except (ApiError, UsageError):
            return {"completions": []}
        # IPython asks the other matchers after all where we offer nothing, and Python's names are no answer here.
        completions = [SimpleCompletion(text, type=magic) for text in found or [fragment] if text]
        return {"completions": completions, "suppress": True, "matched_fragment": fragment, "ordered": True}

    def _find(self, magic: str, rest: str) -> tuple[str, list[str]]:
        if magic == "kubectl":
            return candidates(self.session, rest)
        fragment = re.split(r"\s", rest)[-1]
        return fragment, _starting(COMMANDS if magic == "cluster" else pictures(), fragment)
