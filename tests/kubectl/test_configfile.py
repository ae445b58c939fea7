"""kubectl config: beyond the transcripts config-contexts and config-namespace-default."""

from __future__ import annotations

from k8s_magic.kubectl.configfile import steps
from tests.kubectl.conftest import Shell


def test_without_a_file_there_is_the_embedded_cluster(kubectl: Shell) -> None:
    assert kubectl.ok("config current-context") == "k8s-magic\n"
    assert kubectl.files.content == {}
    kubectl.ok("config set-context --current --namespace=mine")
    assert kubectl.files.content == {}  # Nobody's disk is written to unasked.
    assert kubectl.ok("config get-contexts") == (
        "CURRENT   NAME        CLUSTER     AUTHINFO    NAMESPACE\n*         k8s-magic   k8s-magic   k8s-magic   mine\n"
    )


def test_the_namespace_of_the_context_counts(kubectl: Shell) -> None:
    kubectl.env["KUBECONFIG"] = "kc"
    kubectl.ok("create ns other")
    kubectl.ok("config set-context --current --namespace=other")
    kubectl.ok("create cm a")
    assert kubectl.ok("get cm -A -o jsonpath={.items[*].metadata.namespace}") == "other"


def test_so_does_that_of_the_embedded_cluster(kubectl: Shell) -> None:
    kubectl.ok("create ns other")
    kubectl.ok("config set-context --current --namespace=other")
    kubectl.ok("create cm a")
    assert kubectl.ok("get cm -A -o jsonpath={.items[*].metadata.namespace}") == "other"


def test_names_may_hold_dots() -> None:
    assert steps("clusters.10.0.0.1.insecure-skip-tls-verify") == ("clusters", "10.0.0.1", "insecure-skip-tls-verify")
    assert steps("contexts.my.context") == ("contexts", "my.context", "")
    assert steps("current-context") == ("current-context", "", "")


def test_secrets_are_hidden_unless_raw(kubectl: Shell) -> None:
    kubectl.ok("config set-credentials me --token=abc")
    kubectl.ok("config set-cluster c --server=https://x --certificate-authority=ca")
    assert "token: REDACTED\n" in kubectl.ok("config view")
    assert "token: abc\n" in kubectl.ok("config view --raw")
    kubectl.ok("config set users.me.client-key-data xyz")
    assert "client-key-data: DATA+OMITTED\n" in kubectl.ok("config view")


def test_mistakes(kubectl: Shell) -> None:
    assert kubectl.fails("config use-context nope") == 'error: no context exists with the name: "nope"\n'
    assert kubectl.fails("config set-context") == "error: you must specify a non-empty context name or --current\n"
    assert kubectl.fails("config set-credentials u --token=a --username=b") == (
        "error: you cannot specify more than one authentication method at the same time: --token, --username/--password\n"
    )
    assert kubectl.fails("get pods --kubeconfig=nofile") == "error: stat nofile: no such file or directory\n"
    assert 'clusters: null\ncontexts: null\ncurrent-context: ""\n' in kubectl.ok("config view --kubeconfig=nofile")
    kubectl.files.content["bad"] = b"a: b: c\n"
    said = kubectl("config view --kubeconfig=bad")
    assert said.err == 'error: error loading config file "bad": yaml: mapping values are not allowed in this context\n'
