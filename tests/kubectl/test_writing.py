"""Verbs that change objects: create, apply, replace, patch, delete, edit, on a bare API server."""

from __future__ import annotations

import json

import pytest

from tests.kubectl.conftest import Shell

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {%s}\n"
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {a: "1", b: "2"}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "c:1", env: [{name: X, value: "1"}]}, {name: side, image: "side:1"}]}
"""


def test_apply_merges_three_ways(kubectl: Shell) -> None:
    assert kubectl.ok("apply -f -", CM % 'a: "1", b: "2"') == "configmap/cm created\n"
    assert kubectl.ok("apply -f -", CM % 'a: "1", b: "2"') == "configmap/cm unchanged\n"
    kubectl.ok("""patch cm cm -p '{"data":{"hand":"made"}}'""")
    assert kubectl.ok("apply -f -", CM % 'a: "1"') == "configmap/cm configured\n"
    assert kubectl.ok("get cm cm -o jsonpath={.data}") == '{"a":"1","hand":"made"}'


def test_apply_remembers_what_it_applied(kubectl: Shell) -> None:
    kubectl.ok("apply -f -", CM % 'a: "<&>"')
    held = kubectl.client.get("configmaps", "cm", "default")["metadata"]["annotations"]
    assert held == {
        "kubectl.kubernetes.io/last-applied-configuration": (
            '{"apiVersion":"v1","data":{"a":"<&>"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"cm","namespace":"default"}}\n'
        )
    }
    assert kubectl.ok("apply view-last-applied cm/cm").startswith("apiVersion: v1\ndata:\n  a: <&>\n")


def test_apply_merges_lists_by_their_keys(kubectl: Shell) -> None:
    kubectl.ok("apply -f -", DEPLOYMENT)
    kubectl.ok("label deploy web manual=yes")
    less = DEPLOYMENT.replace(', {name: side, image: "side:1"}', "").replace(', b: "2"', "").replace("  replicas: 2\n", "")
    assert kubectl.ok("apply -f -", less) == "deployment.apps/web configured\n"
    found = kubectl.ok("get deploy web -o jsonpath='{.metadata.labels} {.spec.replicas} {.spec.template.spec.containers[*].name}'")
    assert found == '{"a":"1","manual":"yes"} 1 c'


def test_apply_warns_of_objects_that_it_did_not_make(kubectl: Shell) -> None:
    kubectl.ok("create cm cm")
    said = kubectl("apply -f -", CM % 'a: "1"')
    assert said.out == "configmap/cm configured\n"
    assert said.err.startswith("Warning: resource configmaps/cm is missing the kubectl.kubernetes.io/last-applied-configuration annotation")


def test_dry_runs_store_nothing(kubectl: Shell) -> None:
    for line in (
        "apply -f - --dry-run=client",
        "apply -f - --dry-run=server",
        "create -f - --dry-run=client",
        "create -f - --dry-run=server",
    ):
        where = " (server dry run)" if "server" in line else " (dry run)"
        assert kubectl.ok(line, CM % "") == f"configmap/cm created{where}\n"
    assert "not found" in kubectl.fails("get cm cm")


def test_prune_deletes_what_left_the_files(kubectl: Shell) -> None:
    one = CM % 'a: "1"'
    both = one + "---\n" + one.replace("name: cm", "name: other")
    kubectl.ok("apply -f -", both)
    kubectl.ok("create cm byhand")
    said = kubectl.ok("apply -f - --prune --all --prune-allowlist=core/v1/ConfigMap", one)
    assert said == "configmap/cm unchanged\nconfigmap/other pruned\n"
    assert kubectl.ok("get cm -o name") == "configmap/byhand\nconfigmap/cm\n"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("apply", "must specify one of -f and -k"),
        ("apply -f - --prune", "all resources selected for prune without explicitly passing --all."),
        ("apply -f - --force-conflicts", "--force-conflicts only works with --server-side"),
        ("replace -f - --grace-period=1", "--grace-period must have --force specified"),
        ("delete", "You must provide one or more resources by argument or filename."),
        ("delete cm", "resource(s) were provided, but no name was specified"),
        ("delete cm x --now --grace-period=5", "--now and --grace-period cannot be specified together"),
        ("delete cm x --cascade=nothing", 'invalid cascade value (nothing). Must be "background", "foreground", or "orphan"'),
        ("delete cm x -o wide", "unexpected -o output mode: wide. We only support '-o name'"),
        ("patch cm x", "must specify --patch or --patch-file containing the contents of the patch"),
        ("patch cm x -p '{}' --type=wrong", '--type must be one of [json merge strategic], not "wrong"'),
        ("label cm", "at least one label update is required"),
        ("label cm x a=b a-", "can not both modify and remove a label in the same command"),
        ("label cm x 'a=b c'", 'invalid label value: "a=b c": '),
        ("annotate cm x a=b a-", "can not both modify and remove the following annotation(s) in the same command: a"),
        ("set image deploy/web", "at least one image update is required"),
        ("set env deploy/web a=1 b", "all resources must be specified before environment changes: deploy/web a=1 b"),
        ("scale deploy web --replicas=-1", "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"),
        ("taint nodes a x=y", "invalid taint spec: x=y"),
        ("autoscale deploy web --max=0", "--max=MAXPODS is required and must be at least 1, max: 0"),
    ],
)
def test_mistakes(kubectl: Shell, line: str, error: str) -> None:
    kubectl.ok("create deployment web --image=a")
    assert kubectl.fails(line, CM % "").startswith(f"error: {error}")


def test_replace_needs_the_version_only_where_the_file_has_one(kubectl: Shell) -> None:
    kubectl.ok("create -f -", CM % 'a: "1"')
    assert kubectl.ok("replace -f -", CM % 'a: "2"') == "configmap/cm replaced\n"
    stale = CM.replace("name: cm", 'name: cm, resourceVersion: "1"') % ""
    assert kubectl.fails("replace -f -", stale).startswith(
        'Error from server (Conflict): error when replacing "STDIN": Operation cannot be'
    )
    old = kubectl.client.get("configmaps", "cm", "default")["metadata"]["uid"]
    assert kubectl.ok("replace --force -f -", CM % "") == 'configmap "cm" deleted from default namespace\nconfigmap/cm replaced\n'
    assert kubectl.client.get("configmaps", "cm", "default")["metadata"]["uid"] != old


def test_patches(kubectl: Shell) -> None:
    kubectl.ok("create -f -", DEPLOYMENT)
    for line, after in (
        ("""-p '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"x"}]}}}}'""", "c:1 x"),
        ("""--type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"y"}]'""", "y x"),
        ("""--type=merge -p '{"spec":{"template":{"spec":{"containers":[{"name":"z","image":"z:1"}]}}}}'""", "z:1"),
        ("""-p 'spec: {replicas: 4}'""", "z:1"),
    ):
        assert kubectl.ok(f"patch deploy web {line}") == "deployment.apps/web patched\n"
        assert kubectl.ok("get deploy web -o jsonpath='{.spec.template.spec.containers[*].image}'") == after
    assert kubectl.ok("patch deploy web -p '{}'") == "deployment.apps/web patched (no change)\n"
    assert kubectl.fails("patch deploy web -p '{bad'") == (
        "Error from server (BadRequest): invalid character 'b' looking for beginning of object key string\n"
    )


def test_delete_says_what_it_did(kubectl: Shell) -> None:
    kubectl.ok("create cm a")
    kubectl.ok("create cm b")
    said = kubectl("delete cm a nope b")
    assert said.out == 'configmap "a" deleted from default namespace\nconfigmap "b" deleted from default namespace\n'
    assert said.err == 'Error from server (NotFound): configmaps "nope" not found\n'
    assert kubectl.ok("delete cm --all") == "No resources found\n"
    assert kubectl("delete cm x --grace-period=0 --force --ignore-not-found").err.startswith("Warning: Immediate deletion does not wait")


def test_delete_waits_until_the_object_is_gone(kubectl: Shell) -> None:
    kubectl.ok("create -f -", CM.replace("name: cm", "name: cm, finalizers: [example.com/hold]") % "")
    begun = kubectl.client.now()
    said = kubectl("delete cm cm --timeout=5s")
    assert said.out == 'configmap "cm" deleted from default namespace\n'
    assert said.err == "error: timed out waiting for the condition on configmaps/cm\n"
    assert kubectl.client.now() == begun + 5
    release = {"metadata": {"finalizers": None}}
    kubectl.client.loop.call_later(7, lambda: kubectl.client.patch("configmaps", "cm", "default", "merge", release))
    assert kubectl("delete cm cm").code == 0
    assert kubectl.client.now() == begun + 12


def test_delete_gives_up_in_the_end_and_says_so(kubectl: Shell) -> None:
    kubectl.ok("create -f -", CM.replace("name: cm", "name: cm, finalizers: [example.com/hold]") % "")
    said = kubectl("delete cm cm")
    assert said.err == "(configmaps/cm is still there after 600 s: a real kubectl would go on until Ctrl+C)\n"
    assert said.code == 1
    assert kubectl("delete cm cm --wait=false").code == 0


def test_asking_before_deleting(kubectl: Shell) -> None:
    kubectl.ok("create cm a")
    question = "You are about to delete the following 1 resource(s):\nconfigmap/a\nDo you want to continue? (y/N): "
    assert kubectl.ok("delete cm a -i", "n\n") == question + "deletion is cancelled\n"
    assert kubectl.ok("delete cm a -i", "y\n") == question + 'configmap "a" deleted from default namespace\n'


def test_edit(kubectl: Shell) -> None:
    kubectl.ok("create -f -", CM % 'a: "1"')
    seen: list[str] = []

    def editor(suffix: str, text: str) -> str:
        seen.append(suffix + text)
        return text.replace('a: "1"', 'a: "2"')

    kubectl.edit = editor
    assert kubectl.ok("edit cm cm") == "configmap/cm edited\n"
    assert seen[0].startswith(".yaml# Please edit the object below. Lines beginning with a '#' will be ignored,\n")
    assert kubectl("edit cm cm").err == "Edit cancelled, no changes made.\n"
    assert kubectl.ok("get cm cm -o jsonpath={.data.a}") == "2"


def test_edit_opens_again_where_the_text_is_wrong(kubectl: Shell) -> None:
    kubectl.ok("create -f -", DEPLOYMENT)
    texts = iter(["replicas: -1", "replicas: 5"])
    seen: list[str] = []

    def editor(suffix: str, text: str) -> str:
        seen.append(text)
        wrong = "replicas: 2" if "replicas: 2" in text else "replicas: -1"
        return text.replace(wrong, next(texts))

    kubectl.edit = editor
    said = kubectl("edit deploy web")
    assert said.out == "deployment.apps/web edited\n"
    assert said.err == 'error: deployments.apps "web" is invalid\n'
    assert '# deployments.apps "web" was not valid:\n# * spec.replicas: Invalid value: -1' in seen[1]


def test_an_edit_that_stays_wrong_is_given_up(kubectl: Shell) -> None:
    kubectl.ok("create -f -", CM % "")
    kubectl.edit = lambda suffix, text: "kind: [\n"
    assert kubectl("edit cm cm").err == "error: Edit cancelled, no valid changes were saved.\n"
    kubectl.edit = None
    assert kubectl.fails("edit cm cm") == 'error: unable to launch the editor "vi"\n'


def test_record_keeps_the_command(kubectl: Shell) -> None:
    kubectl.ok("create deployment web --image=a")
    said = kubectl("set image deploy/web a=b --record")
    assert said.err == "Flag --record has been deprecated, --record will be removed in the future\n"
    cause = kubectl.client.get("deployments.apps", "web", "default")["metadata"]["annotations"]["kubernetes.io/change-cause"]
    assert cause == "kubectl set image deploy/web a=b --record=true"


def test_scaling(kubectl: Shell) -> None:
    kubectl.ok("create deployment web --image=a")
    assert kubectl.ok("scale deploy web --replicas=3") == "deployment.apps/web scaled\n"
    assert kubectl.fails("scale deploy web --replicas=4 --current-replicas=1") == "error: Expected replicas to be 1, was 3\n"
    assert kubectl.ok("scale deploy web --replicas=4 --current-replicas=3 -o jsonpath={.spec.replicas}") == "4"


def test_labels_of_several_objects(kubectl: Shell) -> None:
    kubectl.ok("create cm a")
    kubectl.ok("create cm b")
    assert kubectl.ok("label cm --all x=1") == "configmap/a labeled\nconfigmap/b labeled\n"
    assert kubectl.ok("label cm a x=1") == "configmap/a not labeled\n"
    assert kubectl.fails("label cm a x=2") == "error: 'x' already has a value (1), and --overwrite is false\n"
    assert kubectl.ok("label cm a x=2 --overwrite") == "configmap/a labeled\n"
    assert kubectl.ok("label cm -l x=2 x- y=1") == "configmap/a modified\n"
    assert kubectl.ok("label cm a z-") == 'label "z" not found.\nconfigmap/a not labeled\n'
    assert kubectl.ok("label cm a --list") == "y=1\n"


def test_environment_variables(kubectl: Shell) -> None:
    kubectl.ok("create -f -", DEPLOYMENT)
    kubectl.ok("create cm conf --from-literal=key-one=1")
    assert kubectl.ok("set env deploy/web A=1 X- -c c") == "deployment.apps/web env updated\n"
    said = kubectl("set env deploy/web --from=cm/conf --prefix=P_")
    assert said.err == "Warning: key key-one transferred to KEY_ONE\n"
    assert kubectl.ok("set env deploy/web --list") == (
        "# Deployment web, container c\nA=1\n# P_KEY_ONE from configmap conf, key key-one\n"
        "# Deployment web, container side\n# P_KEY_ONE from configmap conf, key key-one\n"
    )
    assert kubectl.ok("set env deploy/web --list --resolve -c side") == "# Deployment web, container side\nP_KEY_ONE=1\n"


def test_exposing(kubectl: Shell) -> None:
    kubectl.ok("create deployment web --image=a --port=8080")
    assert kubectl.ok("expose deploy web --target-port=http --port=80") == "service/web exposed\n"
    spec = json.loads(kubectl.ok("expose deploy web --name=two --type=NodePort --dry-run=client -o json"))["spec"]
    assert spec == {
        "ports": [{"protocol": "TCP", "port": 8080, "targetPort": 8080}],
        "selector": {"app": "web"},
        "type": "NodePort",
    }
    assert kubectl.fails("expose ns default --port=80") == "error: cannot expose a Namespace\n"


def test_taints(kubectl: Shell) -> None:
    kubectl.client.create("nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}})
    assert kubectl.ok("taint node n1 a=b:NoSchedule c:NoExecute") == "node/n1 tainted\n"
    assert kubectl.fails("taint node n1 a=x:NoSchedule") == (
        "error: node n1 already has a taint(s) with same effect(s) and --overwrite is false\n"
    )
    assert kubectl.ok("taint node n1 a- d:PreferNoSchedule") == "node/n1 modified\n"
    assert kubectl.fails("taint node/n1 a=b:NoSchedule") == 'the server doesn\'t have a resource type "node/n1"\n'
    assert kubectl.fails("taint node n1 x-") == 'error: taint "x" not found\n'
    assert kubectl.ok("get node n1 -o jsonpath='{.spec.taints[*].key}'") == "d c"
    assert kubectl.ok("cordon n1") == "node/n1 cordoned\n"
    assert kubectl.ok("cordon n1") == "node/n1 already cordoned\n"
    assert kubectl.ok("drain n1") == "node/n1 already cordoned\nnode/n1 drained\n"
    assert kubectl.ok("uncordon n1") == "node/n1 uncordoned\n"
