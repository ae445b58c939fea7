"""Yesterday's kubectl: forms of 2017 that v1.36 refuses, rewritten into today's with a warning that says so."""

from __future__ import annotations

from k8s_magic.kubectl.environment import Environment
from k8s_magic.objects.meta import Obj


def rewrite(argv: list[str], environment: Environment) -> list[str]:
    """The command line in today's words."""
    return argv


def hint(path: tuple[str, ...], error: str, environment: Environment) -> str:
    """A line to add where a flag of 2017 is refused and nothing today does the same; empty otherwise."""
    return ""


def modern(obj: Obj, environment: Environment) -> Obj:
    """An object of a file in an API version of today, where v1.36 would refuse its own."""
    return obj
