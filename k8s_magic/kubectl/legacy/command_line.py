"""Command lines of 2017: flags that are gone, commands without `--`, and hints where nothing can be made of a line."""

from __future__ import annotations

import re

from k8s_magic.kubectl.environment import Environment
from k8s_magic.kubectl.flags import Flag

Path = tuple[str, ...]

_POD_MAKERS = (
    Flag("replicas", "int", "1", "r"),
    Flag("generator"),
    Flag("requests"),
    Flag("limits"),
    Flag("serviceaccount"),
    Flag("schedule"),
)
_SHOW_ALL = Flag("show-all", "bool", "false", "a", "true")
_FLAGS: dict[Path, tuple[Flag, ...]] = {
    ("run",): _POD_MAKERS,
    ("get",): (_SHOW_ALL, Flag("export", "bool", "false", "", "true")),
    ("describe",): (_SHOW_ALL,),
    ("drain",): (Flag("delete-local-data", "bool", "false", "", "true"),),
    ("version",): (Flag("short", "bool", "false", "", "true"),),
}
_WARNINGS = {
    "show-all": "-a is gone: pods that have ended are always shown",
    "export": "--export is gone: today's form is -o yaml, and what the server filled in is taken out by hand",
    "delete-local-data": "--delete-local-data is gone: today's form is --delete-emptydir-data",
    "short": "--short is gone: the short form is the only one",
}
_OLD_TYPE = re.compile(
    r"(deployments?|deploy|replicasets?|rs|daemonsets?|ds|statefulsets?|sts|ingress(?:es)?|ing|networkpolic(?:y|ies)|netpol)"
    r"\.(?:v1beta[12]\.apps|(?:v1beta1\.)?extensions)(?=/|$)"
)


def flags(path: Path, environment: Environment) -> tuple[Flag, ...]:
    """Flags of 2017 that a command takes beside its own."""
    return () if environment.legacy == "reject" else _FLAGS.get(path, ())


def warn(path: Path, given: list[str], environment: Environment) -> None:
    """Say today's form of the flags of 2017 that were given."""
    for name in given:
        if name in _WARNINGS and any(flag.name == name for flag in flags(path, environment)):
            environment.err(f"Warning: {_WARNINGS[name]}\n")


def rewrite(path: Path, argv: list[str], environment: Environment) -> list[str]:
    """The words behind a command in today's form."""
    if environment.legacy == "reject":
        return argv
    argv = [_today(word, environment) for word in argv]
    return _with_dashes(argv, environment) if path == ("exec",) else argv


def _today(word: str, environment: Environment) -> str:
    new = _OLD_TYPE.sub(r"\1", word) if not word.startswith("-") else word
    if new != word:
        environment.err(f"Warning: {word} is gone; taken as {new}\n")
    return new


_EXEC_VALUES = ("-c", "--container", "-n", "--namespace", "-f", "--filename", "--pod-running-timeout", "--context", "--kubeconfig")


def _with_dashes(argv: list[str], environment: Environment) -> list[str]:
    """`exec POD COMMAND` as `exec POD -- COMMAND`."""
    if "--" in argv:
        return argv
    words = _words(argv)
    named = any(a in ("-f", "--filename") or a.startswith("--filename=") for a in argv)
    at = words[:1] if named else words[1:2]
    if not at:
        return argv
    new = [*argv[: at[0]], "--", *argv[at[0] :]]
    environment.err(f"Warning: a command stands behind -- today: kubectl exec {' '.join(new)}\n")
    return new


def _words(argv: list[str]) -> list[int]:
    """Where the words stand that are no flags and no flags' values."""
    found: list[int] = []
    skip = False
    for index, word in enumerate(argv):
        if not skip and (not word.startswith("-") or word == "-"):
            found.append(index)
        skip = not skip and word in _EXEC_VALUES
    return found


def hint(path: Path, argv: list[str], error: str, environment: Environment) -> str:
    """A line to add to an error of v1.36 where the notes of 2017 meant something else; empty otherwise."""
    if environment.legacy == "reject":
        return ""
    for fits, text in (
        (path == ("label",) and error.startswith("unknown shorthand flag"), _label_hint(argv)),
        (error.startswith('unknown command "rolling-update"'), _ROLLING),
        (path == ("get",), _template_hint(argv)),
        (path == ("rollout", "undo"), _undo_hint(error)),
        ("not found" in error, _name_hint(error)),
    ):
        if fits and text:
            return f"Hint: {text}\n"
    return ""


# Names that the notes have wrong, or that other clusters have.
_NAMES = {
    'nodes "node-1"': "nodes have no dash in their names here: node1",
    'services "kubedns"': "the DNS's Service is kube-dns",
    '"kubenetes-dashboard"': "kubernetes-dashboard is written with an r",
}


def _name_hint(error: str) -> str:
    return next((text for name, text in _NAMES.items() if f"{name} not found" in error), "")


def _undo_hint(error: str) -> str:
    if error.startswith("flag needs an argument: --to-revision"):
        return "a number goes with it: --to-revision=3; without the flag it is the revision before"
    return "say which: kubectl rollout undo deployment NAME" if error.startswith("required resource not specified") else ""


_ROLLING = "rolling-update is gone: a Deployment updates its pods itself, see `kubectl set image` and `kubectl rollout status`"


def _label_hint(argv: list[str]) -> str:
    wrong = [word for word in argv if re.fullmatch(r"-[a-z][\w./-]+", word)]
    return f"a label is removed by its name with a dash behind it: {wrong[0][1:]}-" if wrong else ""


def _template_hint(argv: list[str]) -> str:
    wrong = [word for word in argv if word.startswith("--namespace={")]
    return f"the template belongs to -o: -o jsonpath='{wrong[0].partition('=')[2]}'" if wrong else ""
