"""TYPE NAME, TYPE/NAME, files, selectors: which objects a command is about."""

from __future__ import annotations

import pytest

from tests.kubectl.conftest import Shell

CM = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s, labels: {nr: "%s"}}\n'


@pytest.fixture
def maps(kubectl: Shell) -> Shell:
    """ConfigMaps a and b, and a Secret a."""
    for line in ("cm a --from-literal=x=1", "cm b", "secret generic a"):
        kubectl.ok(f"create {line}")
    return kubectl


@pytest.mark.parametrize(
    ("args", "names"),
    [
        ("cm", "configmap/a configmap/b"),
        ("configmap a", "configmap/a"),
        ("ConfigMap/a", "configmap/a"),
        ("cm/b secret/a", "configmap/b secret/a"),
        ("cm,secrets a", "configmap/a secret/a"),
        ("configmaps.v1. a", "configmap/a"),
        ("cm --field-selector metadata.name=b", "configmap/b"),
        ("cm -l nope", ""),
    ],
)
def test_arguments(maps: Shell, args: str, names: str) -> None:
    assert maps.ok(f"get {args} -o name").split() == names.split()


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ("bogus", 'the server doesn\'t have a resource type "bogus"'),
        ("pods.bogus.example.com", 'the server doesn\'t have a resource type "pods"'),
        ("deployments.v1beta1.apps", 'the server doesn\'t have a resource type "deployments"'),
        ("po/", "arguments in resource/name form must have a single resource and name"),
        ("pods/a/b", "arguments in resource/name form may not have more than one slash"),
        ("cm a -l x=y", "name cannot be provided when a selector is specified"),
        ("cm/a -A", "a resource cannot be retrieved by name across all namespaces"),
        ("-f nofile.yaml", 'the path "nofile.yaml" does not exist'),
        ("cm -f nofile.yaml", 'the path "nofile.yaml" does not exist'),
    ],
)
def test_mistakes(maps: Shell, args: str, error: str) -> None:
    assert maps.fails(f"get {args}") == f"error: {error}\n"


def test_types_and_slashes_do_not_mix(maps: Shell) -> None:
    assert maps.fails("get cm/a b").startswith("error: there is no need to specify a resource type as a separate argument when passing")


def test_one_missing_name_does_not_hide_the_others(maps: Shell) -> None:
    said = maps("get cm a nope b -o name")
    assert (said.out, said.err, said.code) == (
        "configmap/a\nconfigmap/b\n",
        'Error from server (NotFound): configmaps "nope" not found\n',
        1,
    )


def test_a_missing_namespace_is_told_first(maps: Shell) -> None:
    assert maps.fails("get cm a -n nowhere") == 'Error from server (NotFound): namespaces "nowhere" not found\n'


def test_files_directories_and_standard_input(kubectl: Shell) -> None:
    kubectl.files.content = {
        "dir/x.yaml": (CM % ("x", "1")).encode(),
        "dir/sub/y.json": b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"y"}}',
        "dir/skip.txt": b"no manifest",
        "two.yaml": (CM % ("t1", "1") + "---\n" + CM % ("t2", "2")).encode(),
    }
    assert kubectl.ok("apply -f dir") == "configmap/x created\n"
    assert kubectl.ok("apply -R -f dir") == "configmap/y created\nconfigmap/x unchanged\n"
    assert kubectl.ok("create -f -", stdin=CM % ("in", "1")) == "configmap/in created\n"
    assert kubectl.ok("create -f two.yaml -l nr=2") == "configmap/t2 created\n"
    assert kubectl.ok("apply -f t*.yaml -o name") == "configmap/t1\nconfigmap/t2\n"


def test_a_list_is_its_items(kubectl: Shell) -> None:
    items = "".join(f"- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: l{n}}}}}\n" for n in (1, 2))
    assert kubectl.ok("create -f -", stdin=f"apiVersion: v1\nkind: List\nitems:\n{items}") == "configmap/l1 created\nconfigmap/l2 created\n"


@pytest.mark.parametrize(
    ("manifest", "error"),
    [
        ("metadata: {name: x}\napiVersion: v1", 'error validating "STDIN": error validating data: kind not set; '),
        ("kind: Pod", 'error validating "STDIN": error validating data: apiVersion not set; '),
        ("just text", 'error validating "STDIN": error validating data: invalid object to validate; '),
        ("", "no objects passed to create"),
        (
            "apiVersion: v1\nkind: Podd\nmetadata: {name: p}",
            'resource mapping not found for name: "p" namespace: "" from "STDIN": no matches for kind "Podd" in version "v1"\n'
            "ensure CRDs are installed first",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: true}",
            'unable to decode "STDIN": json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string',
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {v: 2}}",
            'unable to decode "STDIN": json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
        ),
    ],
)
def test_bad_manifests(kubectl: Shell, manifest: str, error: str) -> None:
    assert kubectl.fails("create -f -", stdin=manifest).startswith(f"error: {error}")


def test_a_bad_document_spoils_nothing_before_or_after_it(kubectl: Shell) -> None:
    text = CM % ("a", "x") + "---\n" + CM.replace("name: %s", "name: true") % "1" + "---\n" + CM % ("c", "x")
    said = kubectl("create -f -", stdin=text)
    assert said.out == "configmap/a created\nconfigmap/c created\n"
    assert said.err.startswith('error: unable to decode "STDIN": json: cannot unmarshal bool')


def test_namespaces_of_files_must_fit_the_command_line(kubectl: Shell) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: elsewhere}\n"
    assert kubectl.fails("create -f - -n default", stdin=text) == (
        'error: the namespace from the provided object "elsewhere" does not match the namespace "default". '
        "You must pass '--namespace=elsewhere' to perform this operation.\n"
    )
