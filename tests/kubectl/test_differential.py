"""Ours against the real kubectl, offline: made-up objects, patches, templates, generators, mistakes. No difference is left unexplained.

The fast tests take a sample, the slow ones (`-m slow`) thousands of cases. What is not compared: help pages (in our own words), and lines
for which a real kubectl needs a server first; both are told apart in `oracle`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kubectl import usage_cases
from tests.kubectl.oracle import difference
from tests.share import share

FEW = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=share(700), deadline=None, suppress_health_check=list(HealthCheck))

# --- values ---

WORDS = st.sampled_from(
    [
        *"y n yes NO on Off true True TRUE null ~ Null 0 -0 01 0o17 0x1F 0b11 1_000 1e3 1.0 -1.5e-7 .5 5. +1 .inf -.INF .nan 12:30 1:2:3 "
        "2001-01-01 2001-01-01T00:00:00Z 100000000000000000000 1e400 = << - -- ... ? : # ! !! & * | > % @ ` { } [ ] , a: a:b ?a -a".split(
            " "
        ),
        "",
        " ",
        "  a",
        "a ",
        "a: b",
        "a #b",
        "a\nb",
        "a\n",
        "\na",
        "a\n\n",
        " a\nb",
        "\ta",
        "a\tb",
        "'",
        '"',
        "it's",
        'say "x"',
        "\\",
        "\\n",
        "é",
        "☃",
        "\U0001f600",
        "\u00a0",
        "\ufeff",
        "\x7f",
        "<a>&b",
        "x" * 90,
        "word " * 30,
        "{{x}}",
        "a\r\nb",
        "- a",
        "? a",
        "[a]",
        "{a}",
    ]
)
# Without what YAML takes for line breaks beside \n: go-yaml of sigs.k8s.io/yaml writes U+0085, U+2028 and U+2029 with a rule of its own.
BREAKS = "\x00\x85\u2028\u2029"
LETTERS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters=BREAKS, max_codepoint=0xFFFF), max_size=12)
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
TEXTS = st.one_of(WORDS, ASCII, LETTERS)
NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.integers(-100, 100), st.sampled_from([0.5, 1.5, 1e21, 1e-7, -2.25, 123456.789, 1e6, 1e20, 3.0])
)
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none())
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)), max_leaves=12
)


def _object(value: Any) -> dict[str, Any]:
    """A custom object that holds the value; the real kubectl prints it without knowing the kind."""
    return {"apiVersion": "stable.example.com/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": {"value": value}}


OUTPUTS = ("yaml", "json", "kyaml", "name", "jsonpath={.spec}", "jsonpath-as-json={.spec}", "go-template={{.spec}}", "")
LABEL = ["label", "--local", "-f", "-", "x=y"]


def _printed(value: Any, output: str) -> str:
    argv = [*LABEL, *(["-o", output] if output else [])]
    return difference(argv, json.dumps(_object(value)))


@FEW
@given(VALUES, st.sampled_from(OUTPUTS))
def test_printers(value: Any, output: str) -> None:
    assert _printed(value, output) == ""


@pytest.mark.slow
@MANY
@given(VALUES, st.sampled_from(OUTPUTS))
def test_printers_often(value: Any, output: str) -> None:
    assert _printed(value, output) == ""


# --- YAML as it is written by hand ---

PLAIN = st.one_of(WORDS.filter(lambda word: "\n" not in word), st.from_regex(r"[-+]?[0-9_.:exo]{1,8}", fullmatch=True), ASCII)
QUOTED = st.one_of(PLAIN, PLAIN.map(lambda text: f"'{text}'"), PLAIN.map(lambda text: f'"{text}"'))


def _read(scalars: list[str]) -> str:
    lines = "".join(f"  k{number}: {scalar}\n" for number, scalar in enumerate(scalars))
    text = f"apiVersion: stable.example.com/v1\nkind: Thing\nmetadata: {{name: a}}\nspec:\n{lines}"
    return difference([*LABEL, "-o", "json"], text)


@FEW
@given(st.lists(QUOTED, min_size=1, max_size=3))
def test_scalars_as_read(scalars: list[str]) -> None:
    assert _read(scalars) == ""


@pytest.mark.slow
@MANY
@given(st.lists(QUOTED, min_size=1, max_size=3))
def test_scalars_as_read_often(scalars: list[str]) -> None:
    assert _read(scalars) == ""


# --- templates ---

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "labels": {"app": "web", "a.b/c": "d"}, "annotations": {"n": "1"}},
    "spec": {
        "containers": [
            {"name": "a", "image": "nginx:1", "ports": [{"containerPort": 80}, {"containerPort": 443, "name": "tls"}]},
            {"name": "b", "image": "busybox", "args": ["x", "y"], "tty": True},
        ],
        "priority": 10,
        "terminationGracePeriodSeconds": 30,
    },
}
# No `.*`: over a map it follows Go's random order of keys, so that a real kubectl does not agree with itself.
FIELDS = st.sampled_from(
    ["metadata", "spec", "name", "labels", "containers", "image", "ports", "containerPort", "args", "nope", "tty", "priority"]
)
INDEX = st.sampled_from(
    ["[0]", "[1]", "[-1]", "[*]", "[0:1]", "[:2]", "[::2]", "[5]", "[0,1]", "['name']", "['a.b/c']", '["image"]', "['name','image']"]
)
OPERAND = st.sampled_from(["@.name", "@.image", "@.tty", "@.ports", "@.containerPort", '"a"', "'tls'", "80", "443", "true", "1.5", "@"])
FILTER = st.builds("[?({}{}{})]".format, OPERAND, st.sampled_from(["==", "!=", ">", "<=", " == ", " < "]), OPERAND)
STEP = st.one_of(FIELDS.map(lambda f: f".{f}"), FIELDS.map(lambda f: f"..{f}"), INDEX, FILTER, st.just("[?(@.name)]"), st.just(""))
PATHS = st.lists(STEP, max_size=4).map("".join)
PIECE = st.one_of(
    PATHS.map(lambda p: f"{{{p}}}"),
    PATHS.map(lambda p: f"{{${p}}}"),
    st.sampled_from(['{"\\n"}', "{'x'}", " text ", "{end}", "{", "}", '{"', "{1}"]),
)
RANGED = st.builds("{{range {}}}{}{{end}}".format, PATHS, PIECE)
JSONPATHS = st.lists(st.one_of(PIECE, RANGED, PATHS), min_size=1, max_size=3).map("".join)

PIPES = st.sampled_from(
    [
        ".",
        ".metadata.name",
        ".spec.containers",
        ".metadata.labels",
        ".nope",
        ".spec.priority",
        "$",
        '"s"',
        "1",
        "(len .spec.containers)",
        "len .metadata.name",
        "index .spec.containers 0",
        'index .metadata.labels "app"',
        'printf "%v-%d" .kind .spec.priority',
        ".kind | len",
        'eq .kind "Pod"',
        "not .nope",
        "and .kind .nope",
        "or .nope .kind",
        "gt .spec.priority 5",
        "html .kind",
        "js .kind",
        "print 1 2",
        "println .kind",
        "slice .kind 1",
        "urlquery .kind",
        'base64decode "YWJj"',
        'exists . "spec" "nope"',
        "nofunc .x",
        "index .spec.containers 9",
        ".spec.containers.name",
    ]
)
NODE = st.one_of(
    PIPES.map(lambda p: f"{{{{{p}}}}}"),
    PIPES.map(lambda p: f"{{{{if {p}}}}}yes{{{{else}}}}no{{{{end}}}}"),
    PIPES.map(lambda p: f"{{{{range {p}}}}}[{{{{.}}}}]{{{{else}}}}none{{{{end}}}}"),
    PIPES.map(lambda p: f"{{{{with {p}}}}}<{{{{.}}}}>{{{{end}}}}"),
    PIPES.map(lambda p: f"{{{{range $k, $v := {p}}}}}{{{{$k}}}}={{{{$v}}}} {{{{end}}}}"),
    st.sampled_from([" text ", '{{"\\n"}}', "{{- .kind -}}", "{{/* c */}}", "{{", "{{end}}", "{{if}}"]),
)
TEMPLATES = st.lists(NODE, min_size=1, max_size=3).map("".join)
ASKED = st.one_of(st.tuples(st.sampled_from(["jsonpath", "jsonpath-as-json"]), JSONPATHS), st.tuples(st.just("go-template"), TEMPLATES))


def _templated(asked: tuple[str, str], strict: bool) -> str:
    more = ["--allow-missing-template-keys=false"] if strict else []
    return difference([*LABEL, *more, "-o", f"{asked[0]}={asked[1]}"], json.dumps(POD))


@FEW
@given(ASKED, st.booleans())
def test_templates(asked: tuple[str, str], strict: bool) -> None:
    assert _templated(asked, strict) == ""


@pytest.mark.slow
@MANY
@given(ASKED, st.booleans())
def test_templates_often(asked: tuple[str, str], strict: bool) -> None:
    assert _templated(asked, strict) == ""


# --- patches ---

NAMED = st.fixed_dictionaries(
    {"name": st.sampled_from("abc")},
    optional={
        "image": st.sampled_from(["x", "y", None]),
        "args": st.lists(st.sampled_from("pq"), max_size=2),
        "env": st.lists(st.fixed_dictionaries({"name": st.sampled_from("XY")}, optional={"value": st.sampled_from("12")}), max_size=2),
        "$patch": st.sampled_from(["delete", "replace", "merge"]),
    },
)
STRATEGIC = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.fixed_dictionaries(
            {}, optional={"labels": st.dictionaries(st.sampled_from(["app", "new"]), st.sampled_from(["v", None]), max_size=2)}
        ),
        "spec": st.fixed_dictionaries(
            {},
            optional={
                "containers": st.lists(NAMED, max_size=3),
                "tolerations": st.just([{"key": "k"}]),
                "priority": st.sampled_from([None, 3]),
                "$setElementOrder/containers": st.just([{"name": "b"}, {"name": "a"}]),
                "$patch": st.sampled_from(["replace", "delete"]),
                "volumes": st.lists(st.fixed_dictionaries({"name": st.sampled_from("vw")}, optional={"emptyDir": st.just({})}), max_size=2),
            },
        ),
    },
)
POINTERS = st.sampled_from(
    ["/spec/containers/0/name", "/spec/containers/-", "/spec/nope", "/metadata/labels/a.b~1c", "/spec/containers/7", "/kind", "", "/spec"]
)
OPERATION = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "test", "copy", "move"]), "path": POINTERS},
    optional={"value": st.sampled_from(["v", 1, None, {"name": "n"}]), "from": POINTERS},
)
PATCHES = st.one_of(
    st.tuples(st.just("strategic"), STRATEGIC),
    st.tuples(st.just("merge"), STRATEGIC),
    st.tuples(st.just("json"), st.lists(OPERATION, max_size=3)),
)


def _patched(patch: tuple[str, Any]) -> str:
    return difference(["patch", "--local", "-f", "-", "--type", patch[0], "-p", json.dumps(patch[1]), "-o", "yaml"], json.dumps(POD))


@FEW
@given(PATCHES)
def test_patches(patch: tuple[str, Any]) -> None:
    assert _patched(patch) == ""


@pytest.mark.slow
@MANY
@given(PATCHES)
def test_patches_often(patch: tuple[str, Any]) -> None:
    assert _patched(patch) == ""


# --- generators ---

NAME = st.sampled_from(["web", "a-b.c", "UPPER", "under_score", "a" * 64, "x/y"])
IMAGE = st.sampled_from(["nginx", "nginx:1.27", "reg.io:5000/x/y@sha256:abc", "UPPER", ""])
PAIR = st.sampled_from(["a=b", "a='q'", 'a="q"', "a", "=b", "a=b=c", "a.b=1", "a b=c", "..=x"])
TCP = st.sampled_from(["80", "80:8080", "80:http", "x", "0", "99999", "80:", ":80"])
GENERATED = st.one_of(
    st.builds(lambda n, i, r: ["create", "deployment", n, f"--image={i}", f"--replicas={r}"], NAME, IMAGE, st.integers(-2, 3)),
    st.builds(lambda n, i: ["run", n, f"--image={i}", "--labels=a=b,c=d", "--env=X=1", "--port=80"], NAME, IMAGE),
    st.builds(lambda n, ps: ["create", "configmap", n, *(f"--from-literal={p}" for p in ps)], NAME, st.lists(PAIR, max_size=3)),
    st.builds(lambda n, ps: ["create", "secret", "generic", n, *(f"--from-literal={p}" for p in ps)], NAME, st.lists(PAIR, max_size=3)),
    st.builds(
        lambda k, n, t: ["create", "service", k, n, f"--tcp={t}"], st.sampled_from(["clusterip", "nodeport", "loadbalancer"]), NAME, TCP
    ),
    st.builds(
        lambda n, i, s: ["create", "cronjob", n, f"--image={i}", f"--schedule={s}"], NAME, IMAGE, st.sampled_from(["* * * * *", "x", ""])
    ),
    st.builds(lambda n, i: ["create", "job", n, f"--image={i}", "--", "echo", "hi"], NAME, IMAGE),
    st.builds(
        lambda n, h: ["create", "quota", n, f"--hard={h}"], NAME, st.sampled_from(["cpu=1", "cpu", "pods=x", "cpu=1,memory=1Gi", ""])
    ),
    st.builds(
        lambda n, m: ["create", "pdb", n, "--selector=a=b", f"--min-available={m}"], NAME, st.sampled_from(["1", "50%", "x", "150%", "-1"])
    ),
    st.builds(
        lambda n, r: ["create", "ingress", n, f"--rule={r}"],
        NAME,
        st.sampled_from(["a.b/=s:80", "/x*=s:http,tls=t", "/=s", "x", "a/b=s:80,tls"]),
    ),
    st.builds(lambda n, v: ["create", "priorityclass", n, f"--value={v}"], NAME, st.sampled_from(["1", "-5", "2000000000"])),
    st.builds(lambda k, n: ["create", k, n], st.sampled_from(["namespace", "serviceaccount"]), NAME),
    st.builds(
        lambda n, u: ["create", "rolebinding", n, "--role=r", f"--serviceaccount={u}"], NAME, st.sampled_from(["a:b", "a", ":b", "a:b:c"])
    ),
)


def _generated(argv: list[str], output: str) -> str:
    flags = ["--dry-run=client", "-o", output]
    at = argv.index("--") if "--" in argv else len(argv)
    return difference([*argv[:at], *flags, *argv[at:]])


@FEW
@given(GENERATED, st.sampled_from(["yaml", "json", "name", "kyaml"]))
def test_generators(argv: list[str], output: str) -> None:
    assert _generated(argv, output) == ""


@pytest.mark.slow
@MANY
@given(GENERATED, st.sampled_from(["yaml", "json", "name", "kyaml"]))
def test_generators_often(argv: list[str], output: str) -> None:
    assert _generated(argv, output) == ""


# --- mistakes ---


@pytest.mark.parametrize("argv", usage_cases.sample(25), ids=" ".join)
def test_mistakes(argv: list[str]) -> None:
    assert difference(argv) == ""


@pytest.mark.slow
def test_every_mistake() -> None:
    assert [found for argv in usage_cases.lines() if (found := difference(argv))] == []
