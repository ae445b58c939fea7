"""The patches of apply, judged by the real `kubectl apply` against a server that only takes them down."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_magic.kinds import schema
from k8s_magic.objects import gotext
from k8s_magic.objects.meta import Obj
from k8s_magic.objects.patches import same
from k8s_magic.objects.strategic import create_three_way, strategic_patch
from tests.objects.apply_server import ApplyServer, apply_server
from tests.objects.conftest import Kubectl, oracle_settings
from tests.objects.test_strategic import POD_REF, PODS

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@pytest.fixture(scope="module")
def server() -> Iterator[ApplyServer]:
    with apply_server() as running:
        yield running


def _named(pod: Obj, name: str, annotations: dict[str, str] | None = None) -> Obj:
    metadata = {**pod["metadata"], "name": name, "namespace": "default", "annotations": annotations or {}}
    return {**pod, "metadata": metadata}


def _annotated(manifest: Obj, state: Obj) -> Obj:
    """`state` as the one that holds `manifest` as last applied."""
    return _named(state, manifest["metadata"]["name"], {LAST_APPLIED: gotext.marshal(manifest) + "\n"})


def _decoded(value: Any) -> Any:
    """Upstream's patches leave nulls and directives in elements that are new; ours say there only what is wanted."""
    if isinstance(value, dict):
        return {key: _decoded(inner) for key, inner in value.items() if inner is not None and not key.startswith("$")}
    return [_decoded(v) for v in value if not (isinstance(v, dict) and "$patch" in v)] if isinstance(value, list) else value


def _check(kubectl: Kubectl, server: ApplyServer, triples: list[tuple[Obj, Obj, Obj]]) -> None:
    server.pods.clear()
    server.patches.clear()
    manifests, ours = [], {}
    for index, (original, modified, current) in enumerate(triples):
        original, modified = (_named(pod, f"p{index}") for pod in (original, modified))
        live = _annotated(original, current)
        server.pods[f"p{index}"] = live
        manifests.append(modified)
        ours[f"p{index}"] = create_three_way(original, _annotated(modified, modified), live, POD_REF, schema.definitions())
    stdin: Any = {"apiVersion": "v1", "kind": "List", "items": manifests}
    _, err = kubectl("-s", server.url, "apply", "-f", "-", "--validate=false", stdin=stdin)
    assert not err
    for name, patch in ours.items():
        theirs, live = server.patches.get(name, {}), server.pods[name]
        states = [_decoded(strategic_patch(live, p, POD_REF, schema.definitions())) for p in (theirs, patch)]
        assert bool(theirs) == bool(patch) and same(*states), (name, json.dumps(theirs), json.dumps(patch), json.dumps(live))


@st.composite
def triples(draw: st.DrawFn) -> tuple[Obj, Obj, Obj]:
    """Three states of a pod, of which some are often the same."""
    original, modified, current = draw(PODS), draw(PODS), draw(PODS)
    same_as = draw(st.sampled_from(["none", "none", "original", "modified", "unchanged"]))
    if same_as == "unchanged":
        return original, original, draw(st.sampled_from([original, current]))
    return original, modified, {"none": current, "original": original, "modified": modified}[same_as]


@given(cases=st.lists(triples(), min_size=10, max_size=25))
@oracle_settings(3)
def test_as_kubectl_creates_them(kubectl: Kubectl, server: ApplyServer, cases: list[tuple[Obj, Obj, Obj]]) -> None:
    _check(kubectl, server, cases)


@pytest.mark.slow
@given(cases=st.lists(triples(), min_size=10, max_size=25))
@oracle_settings(200)
def test_thousands_as_kubectl_creates_them(kubectl: Kubectl, server: ApplyServer, cases: list[tuple[Obj, Obj, Obj]]) -> None:
    _check(kubectl, server, cases)
