"""wget, curl, nslookup, ping, nc: how people try from inside a container whether a Service answers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from k8s_magic.images import _http
from k8s_magic.images.context import ConnectionRefused, Context, Program

CURL_COULD_NOT_RESOLVE, CURL_COULD_NOT_CONNECT, CURL_HTTP_ERROR = 6, 7, 22


@dataclass
class Wish:
    """What a command line of curl or wget asks for."""

    url: str = ""
    method: str = ""
    body: str = ""
    output: str = ""
    quiet: bool = False
    fail: bool = False
    head: bool = False
    include: bool = False
    named_by_url: bool = False
    headers: dict[str, str] = field(default_factory=dict)


WITH_VALUE = {
    "-X": "method",
    "--request": "method",
    "-d": "body",
    "--data": "body",
    "--data-raw": "body",
    "-o": "output",
    "-O": "output",
    "--output-document": "output",
    "--output": "output",
    "--post-data": "body",
    "-H": "header",
    "--header": "header",
    "-m": "",
    "--max-time": "",
    "--connect-timeout": "",
    "-T": "",
    "--timeout": "",
    "-w": "",
    "-u": "",
    "--retry": "",
    "-t": "",
    "--tries": "",
}
SWITCHES = {"s": "quiet", "q": "quiet", "f": "fail", "I": "head", "i": "include"}
LONG_SWITCHES = {
    "--remote-name": "named_by_url",
    "--silent": "quiet",
    "--quiet": "quiet",
    "--fail": "fail",
    "--head": "head",
    "--include": "include",
}


REMOTE_NAME = re.compile(r"-[fgikLsSv]*O[fgikLsSv]*")


def parse(argv: list[str]) -> Wish:
    """Read a command line of curl or wget, as far as our programs care. wget's -O names a file, curl's takes the name from the URL."""
    wish, words = Wish(), argv[1:]
    if argv[0].endswith("curl") and any(REMOTE_NAME.fullmatch(word) for word in words):
        words = ["--remote-name", *(word.replace("O", "") if REMOTE_NAME.fullmatch(word) else word for word in words)]
    while words:
        word = words.pop(0)
        name, given, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if name in WITH_VALUE:
            _put(wish, WITH_VALUE[name], value if given or not words else words.pop(0))
        elif name in LONG_SWITCHES:
            setattr(wish, LONG_SWITCHES[name], True)
        elif name.startswith("--"):
            continue
        elif name.startswith("-"):
            _cluster(wish, name, words)
        else:
            wish.url = word
    return wish


def named(wish: Wish) -> Wish:
    """With the name of its file, where the URL is to give that."""
    if wish.named_by_url:
        wish.output = urlsplit(wish.url).path.rsplit("/", 1)[-1]
    return wish


def _cluster(wish: Wish, word: str, words: list[str]) -> None:
    """Short options in one word: -sS, -qO-, -XPUT."""
    for place, letter in enumerate(word[1:], 1):
        if "-" + letter in WITH_VALUE:
            rest = word[place + 1 :]
            _put(wish, WITH_VALUE["-" + letter], rest or (words.pop(0) if words else ""))
            return
        if letter in SWITCHES:
            setattr(wish, SWITCHES[letter], True)


def _put(wish: Wish, attribute: str, value: str) -> None:
    if attribute == "header":
        key, _, text = value.partition(":")
        wish.headers[key.strip()] = text.strip()
    elif attribute:
        setattr(wish, attribute, value)


def _place(url: str) -> tuple[str, int, str]:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.hostname or "", port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


async def curl(ctx: Context, argv: list[str]) -> int:
    wish = named(parse(argv))
    if not wish.url:
        ctx.stderr("curl: try 'curl --help' or 'curl --manual' for more information\n")
        return 2
    return await fetch(ctx, wish)


async def fetch(ctx: Context, wish: Wish) -> int:
    """What curl does with a command line that makes sense."""
    host, port, path = _place(wish.url)
    method = wish.method or ("HEAD" if wish.head else "POST" if wish.body else "GET")
    try:
        response = await _http.request(ctx.connect, method, host, port, path, wish.body.encode(), wish.headers)
    except ConnectionRefused as error:
        return _curl_failed(ctx, error, host, port)
    except _http.BadMessage:
        ctx.stderr("curl: (52) Empty reply from server\n")
        return 52
    if wish.fail and response.status >= 400:
        ctx.stderr(f"curl: ({CURL_HTTP_ERROR}) The requested URL returned error: {response.status}\n")
        return CURL_HTTP_ERROR
    deliver(ctx, wish, response)
    return 0


def _curl_failed(ctx: Context, error: ConnectionRefused, host: str, port: int) -> int:
    if "no such host" in str(error):
        ctx.stderr(f"curl: ({CURL_COULD_NOT_RESOLVE}) Could not resolve host: {host}\n")
        return CURL_COULD_NOT_RESOLVE
    ctx.stderr(f"curl: ({CURL_COULD_NOT_CONNECT}) Failed to connect to {host} port {port} after 0 ms: Could not connect to server\n")
    return CURL_COULD_NOT_CONNECT


def deliver(ctx: Context, wish: Wish, response: _http.Response) -> None:
    """Print an answer, or put it where the command line wants it."""
    if wish.output and wish.output not in ("-", "/dev/stdout", "/dev/null"):
        ctx.files[posixpath.normpath(posixpath.join(ctx.env.get("PWD", "/"), wish.output))] = response.body
        return
    if wish.head or wish.include:
        lines = "".join(f"{key}: {value}\r\n" for key, value in response.headers.items())
        ctx.stdout(f"HTTP/1.1 {response.status} {'OK' if response.status == 200 else ''}\r\n{lines}\r\n")
    if not wish.head and wish.output != "/dev/null":
        ctx.stdout(response.text)


async def wget(ctx: Context, argv: list[str]) -> int:
    wish = parse(argv)
    host, port, path = _place(wish.url)
    said = ctx.stderr if not wish.quiet else lambda text: None
    try:
        addresses = ctx.resolve(host)
        said(f"Connecting to {host}{'' if port == 80 else f':{port}'} ({addresses[0] if addresses else ''}:{port})\n")
        response = await _http.request(ctx.connect, "POST" if wish.body else "GET", host, port, path, wish.body.encode(), wish.headers)
    except ConnectionRefused as error:
        why = "bad address" if "no such host" in str(error) else "can't connect to remote host"
        address = f"'{host}{'' if port == 80 else f':{port}'}'" if why == "bad address" else f"({(ctx.resolve(host) or [host])[0]})"
        reason = "" if why == "bad address" else ": " + ("No route to host" if "no route" in str(error) else "Connection refused")
        ctx.stderr(f"wget: {why} {address}{reason}\n")
        return 1
    except _http.BadMessage:
        ctx.stderr("wget: error getting response\n")
        return 1
    if response.status >= 400:
        ctx.stderr(f"wget: server returned error: HTTP/1.1 {response.status}\n")
        return 1
    wish.output = wish.output or path.rsplit("/", 1)[-1] or "index.html"
    deliver(ctx, wish, response)
    return 0


async def nslookup(ctx: Context, argv: list[str]) -> int:
    names = [arg for arg in argv[1:] if not arg.startswith("-")]
    if not names:
        return 0
    ctx.stdout("Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n")
    addresses = ctx.resolve(names[0])
    if not addresses:
        ctx.stdout(f"** server can't find {names[0]}: NXDOMAIN\n\n")
        return 1
    full = ctx.full_name(names[0]) or names[0]
    ctx.stdout("".join(f"Name:\t{full}\nAddress: {address}\n" for address in addresses) + "\n")
    return 0


async def ping(ctx: Context, argv: list[str]) -> int:
    """Addresses answer once they are known; packets are not modelled."""
    words, count = argv[1:], 4
    if "-c" in words:
        place = words.index("-c")
        count = int(words[place + 1]) if words[place + 1 : place + 2] and words[place + 1].isdigit() else count
        words = words[:place] + words[place + 2 :]
    host = next((word for word in words if not word.startswith("-")), "")
    addresses = ctx.resolve(host)
    if not addresses:
        ctx.stderr(f"ping: bad address '{host}'\n")
        return 1
    ctx.stdout(f"PING {host} ({addresses[0]}): 56 data bytes\n")
    for sequence in range(count):
        ctx.stdout(f"64 bytes from {addresses[0]}: seq={sequence} ttl=63 time=0.{ctx.draw(90, 'ping', sequence) + 60:03d} ms\n")
        await ctx.sleep(1 if sequence < count - 1 else 0)
    ctx.stdout(f"\n--- {host} ping statistics ---\n{count} packets transmitted, {count} packets received, 0% packet loss\n")
    return 0


async def nc(ctx: Context, argv: list[str]) -> int:
    words = [word for word in argv[1:] if not word.startswith("-")]
    if len(words) < 2 or not words[-1].isdigit():
        ctx.stderr("nc: bad arguments\n")
        return 1
    host, port = words[-2], int(words[-1])
    try:
        connection = await ctx.connect(host, port)
    except ConnectionRefused:
        ctx.stderr(f"nc: {host} ({(ctx.resolve(host) or [host])[0]}:{port}): Connection refused\n")
        return 1
    if any("z" in word for word in argv[1:] if word.startswith("-")):
        ctx.stderr(f"{host} ({(ctx.resolve(host) or [host])[0]}:{port}) open\n")
        connection.close()
        return 0
    connection.write(ctx.stdin)
    while data := await connection.read():
        ctx.stdout(data.decode("utf-8", "replace"))
    return 0


COMMANDS: Mapping[str, Program] = {"curl": curl, "wget": wget, "nslookup": nslookup, "ping": ping, "nc": nc}
