"""kuard, the demo server of "Kubernetes: Up and Running": probes that one can break, a key generator, a work queue.

Not modelled: TLS, metrics, the pages' JavaScript, tags other than those of the book.
"""

from __future__ import annotations

import html
import json
import posixpath
from typing import Any

from k8s_magic.images import _http
from k8s_magic.images._kuard_keygen import KeyGen, KeyGenConfig
from k8s_magic.images._kuard_log import log
from k8s_magic.images._kuard_memq import MemQ
from k8s_magic.images._kuard_probe import DebugProbe
from k8s_magic.images.context import Context

NAMES = ("kuar-demo/kuard-amd64", "kuard-amd64", "kuar-demo/kuard", "kuard", "kuar-demo/kuard-arm64", "kuard-arm64")
VERSIONS = {
    "1": "v0.7.2-1",
    "2": "v0.7.2-2",
    "3": "v0.7.2-3",
    "blue": "v0.10.0-blue",
    "green": "v0.10.0-green",
    "purple": "v0.10.0-purple",
    "latest": "v0.10.0",
}
TAGS = tuple(VERSIONS)
SIZE = 11_742_413
ENTRYPOINT = ("/kuard",)
PREFIXES = ("/a", "/b", "/c")
IDLE_MEMORY = 6 * 1024 * 1024
WARNING = "**********************************************************************"


async def main(ctx: Context, argv: list[str]) -> int:
    """Serve on :8080 until told to stop, or until the key generator has done its work."""
    return await Kuard(ctx, argv).run()


def _flags(argv: list[str]) -> dict[str, str]:
    """--name=value, --name value and --name, as pflag reads them; a bare boolean is "true"."""
    found: dict[str, str] = {}
    words = list(argv)
    while words:
        word = words.pop(0)
        if not word.startswith("--"):
            continue
        name, given, value = word[2:].partition("=")
        if not given and words and not words[0].startswith("--") and name not in ("debug", "keygen-enable", "keygen-exit-on-complete"):
            value, given = words.pop(0), "="
        found[name] = value if given else "true"
    return found


class Kuard:
    """One running kuard."""

    def __init__(self, ctx: Context, argv: list[str]) -> None:
        self.ctx = ctx
        self.argv = argv or ["/kuard"]
        self.flags = _flags(argv[1:])
        self.live = DebugProbe("/healthy", _number(self.flags, "liveness-fail-next"))
        self.ready = DebugProbe("/ready", _number(self.flags, "readiness-fail-next"))
        self.memq = MemQ(ctx)
        self.keygen = KeyGen(ctx, KeyGenConfig.from_flags(self.flags))
        self.leaked = 0

    @property
    def version(self) -> str:
        tag = self.ctx.image.rpartition(":")[2] if ":" in self.ctx.image.rsplit("/", 1)[-1] else "latest"
        return VERSIONS.get(tag, f"v0.10.0-{tag}")

    async def run(self) -> int:
        self.ctx.use(memory=IDLE_MEMORY)
        self._print_banner()
        port = int(self.flags.get("address", ":8080").rpartition(":")[2] or 8080)
        log(self.ctx, "Could not find certificates to serve TLS")
        log(self.ctx, f"Serving on HTTP on {self.flags.get('address', ':8080')}")
        try:
            _http.serve(self.ctx, port, self.answer)
        except OSError:
            log(self.ctx, f"listen tcp :{port}: bind: address already in use")
            return 1
        self._settle()
        code = await self.keygen.run()
        if code is not None:
            return code
        await self.ctx.wait_for_signal()
        return 2

    def _print_banner(self) -> None:
        log(self.ctx, f"Starting kuard version: {self.version}")
        for line in (WARNING, "* WARNING: This server may expose sensitive", "* and secret information. Be careful.", WARNING):
            log(self.ctx, line)
        log(self.ctx, "Config: \n" + json.dumps(self._config(), indent=2))

    def _config(self) -> dict[str, Any]:
        return {
            "address": self.flags.get("address", ":8080"),
            "debug": self.flags.get("debug") == "true",
            "debug-sitedata-dir": self.flags.get("debug-sitedata-dir", "./sitedata"),
            "keygen": self.keygen.config.as_flags(),
            "liveness": {"fail-next": self.live.fail_next},
            "readiness": {"fail-next": self.ready.fail_next},
            "tls-address": self.flags.get("tls-address", ":8443"),
            "tls-dir": self.flags.get("tls-dir", "/tls"),
        }

    def _settle(self) -> None:
        """While no failures are ordered, probes find the same tomorrow as today."""
        if not self.live.fail_next and not self.ready.fail_next:
            self.ctx.steady()

    def answer(self, request: _http.Request) -> _http.Response:
        log(self.ctx, f"{request.peer} {request.method} {request.target}")
        path = request.path
        if path[:2] in PREFIXES and path[2:3] in ("/", ""):
            path = path[2:]
        response = self._route(request, path or "/")
        self._settle()
        return response

    def _route(self, request: _http.Request, path: str) -> _http.Response:
        for probe in (self.live, self.ready):
            if path in (probe.base, probe.base + "/api"):
                return probe.answer(request, path, self.ctx.now())
        if path.startswith("/memq/server/"):
            return self.memq.answer(request, path.removeprefix("/memq/server"))
        if path == "/keygen":
            return self.keygen.answer(request)
        if path.startswith("/fs/"):
            return self._browse(path.removeprefix("/fs"))
        if path.startswith("/mem/api"):
            return self._memory(request, path)
        if path == "/env/api":
            return _http.json_response({"commandLine": self.argv, "env": dict(sorted(self.ctx.env.items()))})
        if path == "/dns/api" and request.method == "POST":
            return self._dns(request)
        if path == "/" or path.startswith("/-/"):
            return _http.text(200, self._page(request), "text/html; charset=utf-8")
        return _http.text(404, "404 page not found\n")

    def _page(self, request: _http.Request) -> str:
        lines = [f"{request.method} {request.target} HTTP/1.1", *(f"{k.title()}: {v}" for k, v in request.headers.items())]
        context = {
            "urlBase": "",
            "hostname": self.ctx.hostname,
            "addrs": [self.ctx.address],
            "version": self.version,
            "versionColor": "hsl(339,100%,50%)",
            "requestDump": "\r\n".join(lines),
            "requestProto": "HTTP/1.1",
            "requestAddr": request.peer,
        }
        return PAGE.format(
            context=html.escape(json.dumps(context), quote=False),
            version=html.escape(self.version),
            hostname=html.escape(self.ctx.hostname),
            address=html.escape(self.ctx.address),
        )

    def _browse(self, path: str) -> _http.Response:
        """The file browser: a file's content, or a directory's entries as links."""
        path = posixpath.normpath(path) if path != "/" else path
        if path in self.ctx.files:
            return _http.Response(200, self.ctx.files[path], {"Content-Type": "text/plain; charset=utf-8"})
        prefix = path.rstrip("/") + "/"
        inside = {name[len(prefix) :] for name in self.ctx.files if name.startswith(prefix)}
        if not inside and path != "/":
            return _http.text(404, "404 page not found\n")
        names = sorted({name.split("/")[0] + ("/" if "/" in name else "") for name in inside})
        links = "".join(f'<a href="{html.escape(name)}">{html.escape(name)}</a>\n' for name in names)
        return _http.text(200, f"<pre>\n{links}</pre>\n", "text/html; charset=utf-8")

    def _memory(self, request: _http.Request, path: str) -> _http.Response:
        if path == "/mem/api/alloc" and request.method == "POST":
            size = request.query.get("size", "")
            if not size.isdigit():
                return _http.text(400, "bad size param\n" if size else "size not specified\n")
            self.leaked += int(size)
        elif path == "/mem/api/clear" and request.method == "POST":
            self.leaked = 0
        elif path != "/mem/api":
            return _http.text(404, "404 page not found\n")
        held = IDLE_MEMORY + self.leaked
        self.ctx.use(memory=held)
        if request.method == "POST":
            return _http.Response(200)
        return _http.json_response({"memStats": {"Alloc": held, "TotalAlloc": held, "Sys": held, "HeapAlloc": held, "HeapSys": held}})

    def _dns(self, request: _http.Request) -> _http.Response:
        try:
            asked = json.loads(request.body)
        except ValueError as error:
            return _http.text(400, f"{error}\n")
        name = str(asked.get("name") or ".")
        answers = "".join(f"{self.ctx.full_name(name) or name}.\t5\tIN\tA\t{ip}\n" for ip in self.ctx.resolve(name))
        status = "NOERROR" if answers else "NXDOMAIN"
        return _http.json_response(
            {"result": f";; opcode: QUERY, status: {status}\n\n;; QUESTION SECTION:\n;{name}.\tIN\t A\n\n;; ANSWER SECTION:\n{answers}"}
        )


def _number(flags: dict[str, str], name: str) -> int:
    try:
        return int(flags.get(name, "0"))
    except ValueError:
        return 0


PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>KUAR Demo</title>
  <script>
var pageContext = {context}
  </script>
</head>
<body>
<h1>Demo application version <i>{version}</i></h1>
<p><b>WARNING:</b> This server may expose sensitive and secret information. Be careful.</p>
<ul>
<li>Hostname: {hostname}</li>
<li>IP address: {address}</li>
</ul>
<p><a href="/fs/">File system browser</a></p>
</body>
</html>
"""
