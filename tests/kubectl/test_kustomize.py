"""kustomize, held against the real kubectl's: what folders make, and what is wrong with some."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from k8s_magic.cluster import Cluster

FOLDERS = Path(__file__).parent / "kustomizations"
REAL = Path(sys.executable).parent / "kubectl"
GOOD = ["web/base", "web/over", "store/base", "store/over", "store/rep"]

DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: c, image: nginx}]}}}\n"
)
SMALL = {
    "prefix without resources": {"kustomization.yaml": "namePrefix: a-\n"},
    "an image by its tag": {"kustomization.yaml": "resources: [d.yaml]\nimages: [{name: nginx, newTag: 1.5}]\n", "d.yaml": DEPLOYMENT},
    "other file name": {"kustomization.yml": "resources: [d.yaml]\n", "d.yaml": DEPLOYMENT},
    "patch file": {
        "Kustomization": "resources: [d.yaml]\npatches: [{path: p.yaml, target: {name: a}}]\n",
        "p.yaml": "- {op: add, path: /metadata/labels, value: {a: b}}\n- {op: test, path: /kind, value: Deployment}\n",
        "d.yaml": DEPLOYMENT,
    },
    "a null, a change of name": {
        "kustomization.yaml": 'resources: [d.yaml]\npatches: [{path: p.yaml, target: {kind: Deployment}}]\nnamespace: ""\n',
        "p.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: other}\nspec: {template: null, replicas: 2}\n",
        "d.yaml": DEPLOYMENT,
    },
    "configmap of env": {
        "kustomization.yaml": "configMapGenerator: [{name: a, envs: [e], literals: ['q=\"1\"']}]\n",
        "e": "A=1\n# no\n  B = 2 \nC=\n",
    },
    "tls secret": {
        "kustomization.yaml": "secretGenerator: [{name: a, type: kubernetes.io/tls, files: [tls.crt=c, tls.key=c]}]\n",
        "c": "x",
    },
}
BAD = {
    "nothing there": {"x": ""},
    "unknown field": {"kustomization.yaml": "resource: [a]\n"},
    "empty": {"kustomization.yaml": "\n"},
    "a label that is a number": {"kustomization.yaml": "commonLabels: {a: 5}\n"},
}


def _ours(folder: Path) -> tuple[str, str, int]:
    result = Cluster(system=False, nodes=0).kubectl(["kustomize", "."], cwd=folder)
    return result.stdout, result.stderr, result.exit_code


def _real(folder: Path) -> tuple[str, str, int]:
    result = subprocess.run([REAL, "kustomize", "."], cwd=folder, capture_output=True, text=True)
    return result.stdout, result.stderr, result.returncode


def _folder(files: dict[str, str], parent: Path) -> Path:
    for name, text in files.items():
        (parent / name).write_text(text)
    return parent


@pytest.mark.parametrize("name", GOOD)
def test_a_folder_makes_what_the_real_one_makes(name: str) -> None:
    assert _ours(FOLDERS / name) == _real(FOLDERS / name)


@pytest.mark.parametrize("case", SMALL)
def test_small_folders(case: str, tmp_path: Path) -> None:
    folder = _folder(SMALL[case], tmp_path)
    assert _ours(folder) == _real(folder)


@pytest.mark.parametrize("case", BAD)
def test_mistakes(case: str, tmp_path: Path) -> None:
    folder = _folder(BAD[case], tmp_path)
    (_, ours, code), (_, real, real_code) = _ours(folder), _real(folder)
    assert code == real_code == 1
    assert ours == real.replace(str(folder), ".")


def test_apply_takes_a_folder() -> None:
    cluster = Cluster(system=False, nodes=1)
    made = cluster.kubectl(["apply", "-k", str(FOLDERS / "web/base")])
    assert [line.split("-")[0] for line in made.stdout.splitlines()] == [
        "configmap/conf",
        "secret/sec",
        "service/web created",
        "deployment.apps/web created",
        "ingress.networking.k8s.io/web created",
    ]
    assert cluster.kubectl(["delete", "-k", str(FOLDERS / "web/base")]).exit_code == 0


def test_a_file_and_a_folder_are_too_much() -> None:
    result = Cluster(system=False, nodes=0).kubectl("apply -k a -f b")
    assert result.stderr == "error: only one of -f or -k can be specified\n"
