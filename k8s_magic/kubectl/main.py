"""kubectl's front door: finds the verb, reads the flags, runs it, and says in kubectl's words what went wrong."""

from __future__ import annotations

from k8s_magic.kubectl import applysets, errors, kubeconfig, suggest, usage, verb
from k8s_magic.kubectl.environment import Environment, UsageError
from k8s_magic.kubectl.flags import Flag, FlagError, parse, request_timeout, table
from k8s_magic.kubectl.legacy import command_line as legacy
from k8s_magic.kubectl.verb import Call, Path


async def run(argv: list[str], environment: Environment) -> int:
    """Run one command line (without the word kubectl); gives the exit code. Only our own mistakes are raised."""
    warnings = _Warnings(environment)
    before, environment.client.warn = environment.client.warn, warnings.warn
    try:
        code = await _run(argv, environment)
        return warnings.verdict(argv) or code
    finally:
        environment.client.warn = before


class _Warnings:
    """Prints each Warning header once a run."""

    def __init__(self, environment: Environment) -> None:
        self.err = environment.err
        self.seen: dict[str, None] = {}

    def warn(self, text: str) -> None:
        if text not in self.seen:
            self.seen[text] = None
            self.err(f"Warning: {text}\n")

    def verdict(self, argv: list[str]) -> int:
        """1 and a line where warnings count as errors. Models cmd.NewKubectlCommand's PersistentPostRunE."""
        if not self.seen or not any(a in ("--warnings-as-errors", "--warnings-as-errors=true") for a in argv):
            return 0
        plural = "warning" if len(self.seen) == 1 else "warnings"
        self.err(f"error: {len(self.seen)} {plural} received\n")
        return 1


async def _run(argv: list[str], environment: Environment) -> int:
    path: Path = ()
    try:
        path, rest = resolve(argv)
        rest = legacy.rewrite(path, rest, environment)
        if not path:
            return _without_verb(rest, environment)
        if (call := _call(path, rest, environment)) is None:
            return 0
        return await _execute(call)
    except FlagError as error:
        name = " ".join(("kubectl", *path))
        if path == ("diff",):  # Its exit code 1 means that something differs.
            environment.err(f"error: {error}\nSee '{name} -h' for help and examples\n")
            return 2
        environment.err(f"error: {error}\nSee '{name} --help' for usage.\n")
        environment.err(legacy.hint(path, argv, str(error), environment))
        return 1
    except (*errors.UserError, errors.Exit) as error:
        text, code = errors.report(error)
        environment.err(text)
        environment.err(legacy.hint(path, argv, str(error), environment))
        return code


async def _execute(call: Call) -> int:
    found = verb.find(call.path)
    if found is None:
        raise UsageError(f"{call.name} is not part of this simulated cluster")
    if found.run is None:
        if call.args:
            raise call.usage_error(f"unknown command {errors.quoted(' '.join(call.args))}")
        call.err(usage.help_of(call.path))
        return 1
    _check_required(call)
    request_timeout(call.flags["request-timeout"])
    if call.path[0] not in _WITHOUT_SERVER:
        kubeconfig.check(call.environment, call.flags, namespace_first=not _asks_for_client(call.path))
    return await found.run(call) or 0


_WITHOUT_SERVER = ("config", "completion", "kustomize", "options", "plugin", "kuberc")
# Verbs that make a client before they look up their namespace; with a bad context they fail in other words.
_CLIENT_FIRST = (
    *("version", "api-resources", "api-versions", "cluster-info", "explain", "cordon", "uncordon", "drain", "apply", "run", "expose"),
    *("autoscale", "replace", "wait", "diff", "certificate", "proxy", "create", "auth can-i", "auth whoami", "set env", "top node"),
)
_NAMESPACE_FIRST = ("apply view-last-applied", "apply set-last-applied", "apply edit-last-applied", "create token")


def _asks_for_client(path: Path) -> bool:
    name = " ".join(path)
    return (name in _CLIENT_FIRST or path[0] in _CLIENT_FIRST) and name not in _NAMESPACE_FIRST


def _check_required(call: Call) -> None:
    missing = [f'"{name}"' for name in table()[" ".join(call.path)].required if not call.flags.changed(name)]
    if missing:
        raise UsageError(f"required flag(s) {', '.join(missing)} not set")


def _call(path: Path, rest: list[str], environment: Environment) -> Call | None:
    """The call to make; None where help was asked for and given."""
    known = verb.flags_of(path, verb.find(path)) + legacy.flags(path, environment) + applysets.flags(path, environment)
    flags, args, dash = parse(rest, known, environment.err)
    if flags["help"]:
        environment.out(usage.help_of(path))
        return None
    legacy.warn(path, [name for name, _ in flags.line], environment)
    return Call(environment, path, args, flags, dash)


def _without_verb(argv: list[str], environment: Environment) -> int:
    at = _first_word(argv, verb.flags_of((), None))
    if at is not None and argv[at] not in ("options", "help"):  # Said before any flag is looked at, as cobra does.
        raise UsageError(f'unknown command "{argv[at]}" for "kubectl"' + suggest.did_you_mean(argv[at]))
    _, args, _ = parse(argv, verb.flags_of((), None), environment.err)
    if args and args[0] == "options":
        environment.out(usage.options())
        return 0
    if args and args[0] == "help":
        path, _ = resolve(args[1:])
        environment.out(usage.help_of(path))
        return 0
    environment.out(usage.help_of(()))
    return 0


def resolve(argv: list[str]) -> tuple[Path, list[str]]:
    """(the command's path, the other words in their order). Models cobra's Command.Find."""
    path: Path = ()
    rest = list(argv)
    while (at := _first_word(rest, verb.flags_of(path, None))) is not None:
        name = verb.canonical(path, rest[at])
        if name is None:
            break
        path, rest = (*path, name), rest[:at] + rest[at + 1 :]
    return path, rest


def _first_word(argv: list[str], flags: tuple[Flag, ...]) -> int | None:
    """Where the first argument stands that is no flag and no flag's value; a flag not known takes one. Models cobra's stripFlags."""
    alone = {text for f in flags if f.no_option is not None for text in (f"--{f.name}", f"-{f.short}")}
    skip = False
    for index, arg in enumerate(argv):
        if arg == "--":
            return None
        if skip:
            skip = False
        elif arg.startswith("-") and arg != "-":
            skip = arg not in alone and "=" not in arg and (arg.startswith("--") or len(arg) == 2)
        else:
            return index
    return None
