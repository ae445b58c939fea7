"""Logs, exec, attach and port-forward as the API hands them out."""

from __future__ import annotations

from typing import Any

import pytest

from k8s_magic.apiserver.errors import ApiError
from k8s_magic.images import _http
from tests.kubelet.bench import Bench

TICKER = ["sh", "-c", "i=0; while [ $i -lt 4 ]; do echo tick $i; i=$((i+1)); sleep 1; done; exit 1"]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def open_stream(bench: Bench, name: str, subresource: str, **parameters: Any) -> Any:
    return bench.call(bench.client.connect("pods", name, "default", subresource, parameters))  # type: ignore[arg-type]


def read_all(bench: Bench, stream: Any) -> str:
    async def collect() -> str:
        text = ""
        while (chunk := await stream.read()) is not None:
            text += chunk[1].decode() if chunk[0] != 3 else ""
        return text

    return str(bench.call(collect()))


def test_followed_logs_end_with_the_container(bench: Bench) -> None:
    bench.run("p", "busybox:1", command=TICKER)
    bench.at(2.5)
    assert read_all(bench, open_stream(bench, "p", "log", follow="true")) == "tick 0\ntick 1\ntick 2\ntick 3\n"
    assert bench.loop.now % 60 == 5


def test_logs_of_the_run_before(bench: Bench) -> None:
    bench.run("p", "busybox:1", command=["sh", "-c", "date; sleep 5; exit 1"])
    bench.at(8)
    assert bench.logs("p", previous=True) == "Mon Jan  5 09:00:01 UTC 2026\n"
    assert bench.logs("p") == "Mon Jan  5 09:00:06 UTC 2026\n"


SELECTIONS = [
    ({"tailLines": 2}, "tick 2\ntick 3\n"),
    ({"tailLines": 0}, ""),
    ({"sinceSeconds": 3}, "tick 3\n"),
    ({"limitBytes": 9}, "tick 0\nti"),
    ({"sinceTime": "2026-01-05T09:00:03Z"}, "tick 2\ntick 3\n"),
]


@pytest.mark.parametrize(("parameters", "printed"), SELECTIONS)
def test_parts_of_a_log(bench: Bench, parameters: dict[str, Any], printed: str) -> None:
    bench.run("p", "busybox:1", command=TICKER, spec={"restartPolicy": "Never"})
    bench.at(6.5)
    assert bench.logs("p", **parameters) == printed


REFUSALS = [
    ("web", {"previous": True}, 'previous terminated container "c" in pod "web" not found'),
    ("web", {"container": "x"}, "container x is not valid for pod web"),
    ("nopull", {}, 'container "c" in pod "nopull" is waiting to start: trying and failing to pull image'),
    ("two", {}, "a container name must be specified for pod two, choose one of: [a b]"),
]


@pytest.mark.parametrize(("name", "parameters", "message"), REFUSALS)
def test_logs_that_cannot_be_had(bench: Bench, name: str, parameters: dict[str, Any], message: str) -> None:
    bench.run("web")
    bench.run("nopull", "nope:1")
    bench.run("two", spec={"containers": [{"name": n, "image": "app:1"} for n in "ab"]})
    bench.at(5)
    with pytest.raises(ApiError) as refusal:
        bench.logs(name, **parameters)
    assert refusal.value.message == message


def test_input_for_a_command(bench: Bench) -> None:
    bench.run("p", "busybox:1", command=["sleep", "1d"])
    bench.at(2)
    stream = open_stream(bench, "p", "exec", command=["sh"], stdin=True)
    stream.write(b"X=5\necho $X\n")
    stream.close_stdin()
    assert read_all(bench, stream) == "5\n"


def test_a_terminal_prompts_and_echoes(bench: Bench) -> None:
    bench.run("p", "busybox:1", command=["sleep", "1d"])
    bench.at(2)
    stream = open_stream(bench, "p", "exec", command=["sh"], stdin=True, tty=True)
    bench.at(3)
    for line in (b"X=6y\x7f\r", b"for i in 1 2; do\r", b"echo $X$i; done\r", b"exit 3\r"):
        stream.write(line)
        bench.at(bench.loop.now % 60 + 1)
    printed = read_all(bench, stream)
    assert printed == "/ # X=6y\b \b\r\n/ # for i in 1 2; do\r\n> echo $X$i; done\r\n61\r\n62\r\n/ # exit 3\r\n"


def test_attached_to_a_shell(bench: Bench) -> None:
    bench.run("p", "busybox:1", stdin=True, stdinOnce=True, spec={"restartPolicy": "Never"})
    bench.at(2)
    assert bench.state("p") == "running 0"
    stream = open_stream(bench, "p", "attach", stdin=True)
    stream.write(b"echo hello; exit 4\n")
    stream.close_stdin()
    assert read_all(bench, stream) == "hello\n"
    bench.at(4)
    assert bench.container("p")["state"]["terminated"]["exitCode"] == 4


def test_a_forwarded_port(bench: Bench) -> None:
    bench.run("web", "nginx:1")
    bench.at(2)
    stream = open_stream(bench, "web", "portforward", port=80)

    class Connection:
        """The stream, as an HTTP client wants it."""

        peer = ""
        write, close = staticmethod(stream.write), staticmethod(stream.close)

        @staticmethod
        async def read() -> bytes:
            chunk = await stream.read()
            return b"" if chunk is None else bytes(chunk[1])

    async def connect(host: str, port: int) -> Any:
        return Connection

    response = bench.call(_http.request(connect, "GET", "localhost", 80))
    assert response.status == 200 and "Welcome to nginx!" in response.text


def test_statistics(bench: Bench) -> None:
    greedy = {"requests": {"cpu": "500m"}}
    for name in ("one", "two"):
        args = ["--keygen-enable", "--keygen-num-to-gen=1000"]
        bench.run(name, "kuard:1", args=args, resources=greedy)
    bench.at(5)
    pods = bench.kubelets[0].stats()["pods"]
    assert [p["containers"][0]["cpu"]["usageNanoCores"] for p in pods] == [1_000_000_000, 1_000_000_000]
    assert pods[0]["podRef"]["name"] == "one"


def test_a_short_interactive_program_is_heard_whole(bench: Bench) -> None:
    bench.run("p", "busybox:1", command=["echo", "-n", "hello"], stdin=True, spec={"restartPolicy": "Never"})
    bench.at(1.5)
    assert read_all(bench, open_stream(bench, "p", "attach")) == "hello"
