"""Did you mean this? Names near to one that is not known."""

from __future__ import annotations

from k8s_magic.kubectl import verb

# Words that people type for a verb of another name. Models cobra's SuggestFor in kubectl's commands.
SUGGEST_FOR = {
    "get": ("list", "ls"),
    "delete": ("rm",),
    "create": (),
    "scale": ("resize",),
    "set": (),
}


def distance(one: str, other: str) -> int:
    """Levenshtein's distance, letters' case aside."""
    one, other = one.lower(), other.lower()
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def did_you_mean(word: str, path: verb.Path = ()) -> str:
    """The text behind an unknown command's error: empty, or a paragraph of names. Models cobra's SuggestionsFor."""
    near = [
        n for n in verb.children(path) if distance(word, n) <= 2 or n.lower().startswith(word.lower()) or word in SUGGEST_FOR.get(n, ())
    ]
    if not near:
        return ""
    return "\n\nDid you mean this?\n" + "".join(f"\t{name}\n" for name in near)


def _near(word: str, name: str) -> bool:
    return distance(word, name) <= 2 or name.startswith(word.lower()) or word in SUGGEST_FOR.get(name, ())
