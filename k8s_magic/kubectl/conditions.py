"""What `kubectl wait --for=` can wait for, each as a function of one object. Models kubectl/pkg/cmd/wait."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import quoted
from k8s_magic.kubectl.printers.columns import relaxed_path
from k8s_magic.objects import gotext, jsonpath, meta
from k8s_magic.objects.meta import Obj

Test = Callable[[Obj], bool]
_FORMAT = "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'"
_NO_VALUE = "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"


def parse(wishes: Sequence[str]) -> list[str | Test]:
    """ "create", "delete" or a test for each wish, in order. Errors: UsageError."""
    if not wishes:
        raise UsageError("unrecognized condition: []")
    return [_parse(wish) for wish in wishes]


def _parse(wish: str) -> str | Test:
    if wish.lower() in ("create", "delete"):
        return wish.lower()
    if wish.startswith("condition="):
        name, equals, status = wish.removeprefix("condition=").partition("=")
        return _condition(name, status if equals else "true")
    if wish.startswith("jsonpath="):
        return _json_path(wish.removeprefix("jsonpath="))
    raise UsageError(f"unrecognized condition: {quoted(wish)}")


def _condition(name: str, status: str) -> Test:
    """A condition of the object's status, up to date with its spec."""

    def test(obj: Obj) -> bool:
        for each in meta.get_in(obj, "status", "conditions") or ():
            if each.get("type", "").lower() == name.lower():
                observed = each.get("observedGeneration", obj["status"].get("observedGeneration"))
                if observed is not None and observed < obj["metadata"].get("generation", 0):
                    return False
                return bool(each.get("status", "").lower() == status.lower())
        return False

    return test


def _json_path(text: str) -> Test:
    """A field that is there, or has a value."""
    words = re.split(r"(?<!=)=(?!=)", text)
    if len(words) > 2:
        raise UsageError(_FORMAT)
    path = relaxed_path(words[0])
    if not path:
        raise UsageError("jsonpath expression cannot be empty")
    value = words[1].strip("'\"") if len(words) == 2 else None
    if value == "":
        raise UsageError(_NO_VALUE)
    try:
        compiled = jsonpath.compile(path)
    except jsonpath.JSONPathError as error:
        raise UsageError(str(error)) from None
    return lambda obj: _matches(compiled, value, obj)


def _matches(path: jsonpath.JSONPath, value: str | None, obj: Obj) -> bool:
    try:
        found = path.find(obj)
    except jsonpath.JSONPathError as error:
        raise UsageError(str(error)) from None
    if not found or not found[0]:
        return False
    if len(found) > 1:
        raise UsageError("given jsonpath expression matches more than one list")
    if len(found[0]) > 1:
        raise UsageError("given jsonpath expression matches more than one value")
    if value is None:
        return True
    if isinstance(found[0][0], (dict, list)):
        raise UsageError("jsonpath leads to a nested object or list which is not supported")
    return gotext.plain(found[0][0]).strip() == value.strip()
