"""nginx: serves /usr/share/nginx/html on port 80 and logs each request."""

from __future__ import annotations

from datetime import UTC, datetime

from k8s_magic.images import _http
from k8s_magic.images.context import Context

NAMES = ("nginx",)
SIZE = 72_295_909
ENTRYPOINT = ("/docker-entrypoint.sh",)
CMD = ("nginx", "-g", "daemon off;")
ROOT = "/usr/share/nginx/html"
IDLE_MEMORY = 3_500_000
STOP_S = 0.5
TYPES = {"html": "text/html", "txt": "text/plain", "json": "application/json", "css": "text/css", "js": "application/javascript"}


async def main(ctx: Context, argv: list[str]) -> int:
    """Serve until told to stop."""
    ctx.use(memory=IDLE_MEMORY)
    version = _version(ctx)
    try:
        _http.serve(ctx, 80, lambda request: _answer(ctx, request, version))
    except OSError:
        ctx.stderr(f"{_stamp(ctx)} [emerg] 1#1: bind() to 0.0.0.0:80 failed (98: Address already in use)\n")
        return 1
    _print_banner(ctx, version)
    ctx.steady()
    await ctx.wait_for_signal()
    ctx.stderr(f"{_stamp(ctx)} [notice] 1#1: signal 15 (SIGTERM) received, exiting\n")
    await ctx.sleep(STOP_S)
    return 0


def _version(ctx: Context) -> str:
    tag = ctx.image.rpartition(":")[2].split("-")[0] if ":" in ctx.image.rsplit("/", 1)[-1] else ""
    return tag if tag[:1].isdigit() and "." in tag else "1.29.3"


def _stamp(ctx: Context) -> str:
    return datetime.fromtimestamp(ctx.now(), UTC).strftime("%Y/%m/%d %H:%M:%S")


def _print_banner(ctx: Context, version: str) -> None:
    stamp = _stamp(ctx)
    ctx.stdout("/docker-entrypoint.sh: Configuration complete; ready for start up\n")
    told = (
        'using the "epoll" event method',
        f"nginx/{version}",
        "OS: Linux 6.1.0",
        "start worker processes",
        "start worker process 29",
    )
    ctx.stderr("".join(f"{stamp} [notice] 1#1: {text}\n" for text in told))


def _answer(ctx: Context, request: _http.Request, version: str) -> _http.Response:
    response = _file(ctx, request.path, version)
    when = datetime.fromtimestamp(ctx.now(), UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    agent = request.headers.get("user-agent", "-")
    line = f'"{request.method} {request.target} HTTP/1.1" {response.status} {len(response.body)} "-" "{agent}" "-"'
    ctx.stdout(f"{request.peer.rpartition(':')[0]} - - [{when}] {line}\n")
    ctx.steady()
    return response


def _file(ctx: Context, path: str, version: str) -> _http.Response:
    name = ROOT + (path + "index.html" if path.endswith("/") else path)
    headers = {"Server": f"nginx/{version}", "Content-Type": TYPES.get(name.rpartition(".")[2], "application/octet-stream")}
    if name in ctx.files:
        return _http.Response(200, ctx.files[name], headers)
    mounted = any(file.startswith(ROOT + "/") for file in ctx.files)
    headers["Content-Type"] = "text/html"
    if path == "/" and mounted:
        return _http.Response(403, _error(403, "Forbidden", version), headers)
    if path in ("/", "/index.html"):
        return _http.Response(200, WELCOME, headers)
    return _http.Response(404, _error(404, "Not Found", version), headers)


def _error(code: int, phrase: str, version: str) -> bytes:
    title = f"{code} {phrase}"
    lines = ["<html>", f"<head><title>{title}</title></head>", "<body>", f"<center><h1>{title}</h1></center>"]
    return "\r\n".join([*lines, f"<hr><center>nginx/{version}</center>", "</body>", "</html>", ""]).encode()


WELCOME = b"""<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, nginx is successfully installed and working.</p>
</body>
</html>
"""
