"""The real kubectl as a judge, offline: what it prints for a command line, and which differences from ours are explained."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from k8s_magic.apiserver.api import ApiServer
from k8s_magic.apiserver.caller import Caller
from k8s_magic.apiserver.local import LocalClient
from k8s_magic.sim.lineage import Lineage
from k8s_magic.sim.loop import Loop
from tests.kubectl.conftest import Said, Shell
from tests.kubectl.flag_table import BINARY

# The same for both; its server is a port that nobody listens on.
CONFIG = b"""apiVersion: v1
clusters:
- cluster: {server: "http://127.0.0.1:1"}
  name: nowhere
contexts:
- context: {cluster: nowhere, user: me}
  name: here
current-context: here
kind: Config
users:
- name: me
  user: {}
"""
# Why a real kubectl without a server says what ours, which always has one, does not: nothing to compare.
NEEDS_SERVER = re.compile(
    r"connection refused|localhost:8080|was refused - did you specify|127\.0\.0\.1:8080|no such host|context deadline"
)
# Where the real kubectl crashes on a patch or a template, ours says what is wrong.
PANIC = "panic: "
# Pages of help are in our own words.
HELP = re.compile(r"^Usage:$", re.MULTILINE)
# Go's text/template tells mistakes by their place and in its words; gotpl has its own for both. What came before the mistake is the same.
_TEMPLATE = re.compile(r"error parsing template|Error executing template: template: output:")
# The binary at hand is a patch release later than the cluster.
_VERSION = re.compile(r"^Client Version: v1\.36\.\d+$", re.MULTILINE)
_KLOG = re.compile(r"^[WEI]\d{4} [\d:.]+ +\d+ ", re.MULTILINE)


def real(argv: list[str], stdin: str = "", files: Mapping[str, bytes] | None = None) -> Said:
    """What the real kubectl says, in a directory that holds `files`, with no cluster to talk to."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {"config": CONFIG, **(files or {})}.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        environment = {"HOME": folder, "PATH": "/usr/bin:/bin", "KUBE_EDITOR": "false", "KUBECONFIG": "config"}
        done = subprocess.run([BINARY, *argv], cwd=folder, env=environment, input=stdin.encode(), capture_output=True, timeout=60)
    stdout, stderr = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    error = _KLOG.sub("", stderr).replace(f"{folder}/", "").replace(folder, ".")
    return Said(_VERSION.sub("Client Version: v1.36.2", stdout), error, done.returncode)


def ours(argv: list[str], stdin: str = "", files: Mapping[str, bytes] | None = None) -> Said:
    """What ours says, on an empty server."""
    api = ApiServer(Loop(1_767_603_600.0), Lineage(0))
    shell = Shell(LocalClient(api, Caller("kubectl")), env={"KUBECONFIG": "config"})
    shell.files.content.update({"config": CONFIG, **(files or {})})
    said = shell(argv, stdin)
    return Said(said.out, _KLOG.sub("", said.err), said.code)


def _failed_template(said: Said) -> bool:
    return _TEMPLATE.search(said.out + said.err) is not None


def difference(argv: list[str], stdin: str = "", files: Mapping[str, bytes] | None = None) -> str:
    """What ours says otherwise than the real one; empty where both agree or the difference is explained."""
    theirs = real(argv, stdin, files)
    if NEEDS_SERVER.search(theirs.err) or PANIC in theirs.err or HELP.search(theirs.out) or HELP.search(theirs.err):
        return ""
    mine = ours(argv, stdin, files)
    if mine == theirs or ((mine.code, theirs.code) == (1, 1) and _failed_template(theirs) and _failed_template(mine)):
        return ""
    return (
        f"kubectl {argv}\n--- stdin\n{stdin}\n--- real {theirs.code}\n{theirs.out}{theirs.err}\n--- ours {mine.code}\n{mine.out}{mine.err}"
    )
