"""kubectl describe on a bare API server: layouts as the real one prints them (transcripts/describe-kinds and others)."""

from __future__ import annotations

from tests.kubectl.conftest import Shell

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: p
  labels: {app: x, tier: front}
  annotations: {note: short, long: "%s", lines: "one\\ntwo\\n"}
spec:
  automountServiceAccountToken: false
  initContainers: [{name: setup, image: busybox, command: [sh, -c, "a\\nb"]}]
  containers:
  - name: c
    image: nginx
    ports: [{containerPort: 80, name: http}, {containerPort: 443}]
    resources: {requests: {cpu: 250m, memory: 64Mi}, limits: {memory: 128Mi}}
    livenessProbe: {httpGet: {path: /healthz, port: 8080}, initialDelaySeconds: 5}
    readinessProbe: {exec: {command: [cat, /tmp/ready]}}
    envFrom: [{configMapRef: {name: cm}, prefix: P_}]
    env:
    - {name: PLAIN, value: "1"}
    - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
    - {name: KEY, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}
    volumeMounts: [{name: data, mountPath: /data, subPath: sub}]
  volumes:
  - {name: data, emptyDir: {medium: Memory, sizeLimit: 1Gi}}
  - {name: conf, configMap: {name: cm}}
  tolerations: [{key: special, operator: Exists, effect: NoSchedule}]
""" % ("x" * 150)

SPEC = """\
Init Containers:
  setup:
    Image:      busybox
    Port:       <none>
    Host Port:  <none>
    Command:
      sh
      -c
      a
      b
    Environment:  <none>
    Mounts:       <none>
Containers:
  c:
    Image:       nginx
    Ports:       80/TCP (http), 443/TCP
    Host Ports:  0/TCP (http), 0/TCP
    Limits:
      memory:  128Mi
    Requests:
      cpu:      250m
      memory:   64Mi
    Liveness:   http-get http://:8080/healthz delay=5s timeout=1s period=10s #success=1 #failure=3
    Readiness:  exec [cat /tmp/ready] delay=0s timeout=1s period=10s #success=1 #failure=3
    Environment Variables from:
      cm  ConfigMap with prefix 'P_'  Optional: false
    Environment:
      PLAIN:  1
      NAME:   p (v1:metadata.name)
      CPU:    node allocatable (limits.cpu)
      KEY:    <set to the key 'k' in secret 's'>  Optional: true
    Mounts:
      /data from data (rw,path="sub")
"""
VOLUMES = """\
Volumes:
  data:
    Type:       EmptyDir (a temporary directory that shares a pod's lifetime)
    Medium:     Memory
    SizeLimit:  1Gi
  conf:
    Type:        ConfigMap (a volume populated by a ConfigMap)
    Name:        cm
    Optional:    false
"""


def test_a_pod_is_laid_out_as_kubectl_does(kubectl: Shell) -> None:
    kubectl.ok("apply -f -", POD)
    text = kubectl.ok("describe pod p")
    assert text.startswith("Name:             p\nNamespace:        default\nPriority:         0\n")
    assert "Labels:           app=x\n                  tier=front\n" in text
    assert SPEC in text
    assert VOLUMES in text
    assert text.endswith("for 300s\nEvents:                      <none>\n") or "Events:" in text


def test_annotations_that_are_long_or_of_several_lines_stand_below_their_key(kubectl: Shell) -> None:
    kubectl.ok("apply -f -", POD)
    space = " " * 18
    assert (
        f"Annotations:      lines:\n{space}  one\n{space}  two\n{space}long:\n{space}  {'x' * 138}...\n{space}note: short\n"
    ) in kubectl.ok("describe pod p")


def test_a_config_map_and_a_secret(kubectl: Shell) -> None:
    kubectl.ok("create cm cm --from-literal=a=1 --from-literal=b=two")
    assert kubectl.ok("describe cm cm") == (
        "Name:         cm\nNamespace:    default\nLabels:       <none>\nAnnotations:  <none>\n\n"
        "Data\n====\na:\n----\n1\n\nb:\n----\ntwo\n\n\nBinaryData\n====\n\nEvents:  <none>\n"
    )
    kubectl.ok("create secret generic s --from-literal=pw=12345")
    assert kubectl.ok("describe secret s").endswith("\nType:  Opaque\n\nData\n====\npw:  5 bytes\n")


def test_events_are_shown_for_one_object_and_not_for_several(kubectl: Shell) -> None:
    for name in ("a", "b"):
        kubectl.ok(f"create cm {name}")
    assert kubectl.ok("describe cm a").endswith("\nEvents:  <none>\n")
    both = kubectl.ok("describe cm a b")
    assert "Events" not in both and both.count("Name:         ") == 2 and "====\n\n\n\nName:" in both
    assert kubectl.ok("describe cm a b --show-events").count("Events:  <none>") == 2


def test_a_prefix_names_all_that_begin_with_it(kubectl: Shell) -> None:
    for name in ("web-1", "web-2", "db"):
        kubectl.ok(f"create cm {name}")
    text = kubectl.ok("describe cm web")
    assert [line.split()[1] for line in text.split("\n") if line.startswith("Name:")] == ["web-1", "web-2"]
    assert kubectl.fails("describe cm nope") == 'Error from server (NotFound): configmaps "nope" not found\n'


def test_what_is_missing_is_told(kubectl: Shell) -> None:
    suggestion = 'Use "kubectl api-resources" for a complete list of supported resources.'
    assert kubectl.fails("describe") == f"error: You must specify the type of resource to describe. {suggestion}\n"
    assert kubectl.fails("describe bogus x") == 'error: the server doesn\'t have a resource type "bogus"\n'
    said = kubectl("describe pods -l app=none")
    assert (said.out, said.err, said.code) == ("", "No resources found in default namespace.\n", 0)


def test_a_deployment_names_its_replica_sets(kubectl: Shell) -> None:
    kubectl.ok("create deployment web --image=nginx --replicas=2")
    text = kubectl.ok("describe deploy web")
    assert "Replicas:               2 desired | 0 updated | 0 total | 0 available | 0 unavailable\n" in text
    assert "RollingUpdateStrategy:  25% max unavailable, 25% max surge\nPod Template:\n  Labels:  app=web\n" in text
    assert "NewReplicaSet" not in text, "there is no controller here"


def test_a_quota_and_a_limit_range_in_their_namespace(kubectl: Shell) -> None:
    kubectl.ok("create quota q --hard=pods=2,cpu=1")
    kubectl.ok(
        "apply -f -",
        "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec:\n  limits:\n"
        "  - {type: Container, max: {memory: 1Gi}, default: {cpu: 500m}, defaultRequest: {cpu: 100m}}\n",
    )
    text = kubectl.ok("describe ns default")
    assert "\nResource Quotas\n  Name:     q\n  Resource  Used  Hard\n  --------  ---   ---\n" in text
    assert " Container  cpu       -    -    100m             500m           -\n" in text
    assert kubectl.ok("describe limits l").split("\n")[4] == ("Container   cpu       -    -    100m             500m           -")


def test_kinds_without_a_file_are_described_by_their_fields(kubectl: Shell) -> None:
    lease = "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: l}\nspec: {holderIdentity: me, leaseDurationSeconds: 5}\n"
    kubectl.ok("apply -f -", lease)
    text = kubectl.ok("describe lease l")
    assert text.startswith(
        "Name:         l\nNamespace:    default\nLabels:       <none>\nAnnotations:  <none>\nAPI Version:  coordination.k8s.io/v1\n"
    )
    assert "Spec:\n  Holder Identity:         me\n  Lease Duration Seconds:  5\nEvents:                    <none>\n" in text


def test_roles_show_a_line_a_resource(kubectl: Shell) -> None:
    kubectl.ok("create role r --verb=get,list --resource=pods,deployments.apps")
    assert kubectl.ok("describe role r").split("\n")[3:] == [
        "PolicyRule:",
        "  Resources         Non-Resource URLs  Resource Names  Verbs",
        "  ---------         -----------------  --------------  -----",
        "  pods              []                 []              [get list]",
        "  deployments.apps  []                 []              [get list]",
        "",
    ]
