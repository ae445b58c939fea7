"""The `kubectl` of real shells: hands its command line to the notebook's kernel over a Unix socket, and prints what comes back.

Run as a program of its own, with nothing imported that is not built in, so that it starts faster than the real kubectl.
"""

import _signal  # type: ignore[import-not-found]  # Built in, and faster to load than signal.
import _socket
import posix
import sys

CHUNK = 65536


def main(path: str, argv: list[str]) -> int:
    """Run one command; gives its exit code."""
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError:
        return gone()
    environment = [name + b"=" + value for name, value in posix.environ.items() if name in (b"KUBECONFIG", b"KUBE_EDITOR", b"EDITOR")]
    words = [word.encode("utf-8", "surrogateescape") for word in (posix.getcwd(), str(len(environment)))]
    words += environment + [word.encode("utf-8", "surrogateescape") for word in argv]
    message = b"\0".join(words)
    send(connection, b"%08d" % len(message) + message)
    while True:
        head = receive(connection, 9)
        if len(head) < 9:
            return gone()
        kind, size = head[:1], int(head[1:])
        body = receive(connection, size)
        if kind == b"x":
            return int(body)
        if kind == b"i":
            send_stdin(connection)
        else:
            write(1 if kind == b"o" else 2, body)


def gone() -> int:
    write(2, b"error: the notebook's kernel that this kubectl belongs to has ended\n")
    return 1


def write(file: int, data: bytes) -> None:
    while data:
        data = data[posix.write(file, data) :]


def send(connection: _socket.socket, data: bytes) -> None:
    connection.sendall(data)


def send_stdin(connection: _socket.socket) -> None:
    while data := posix.read(0, CHUNK):
        send(connection, data)
    connection.shutdown(_socket.SHUT_WR)


def receive(connection: _socket.socket, size: int) -> bytes:
    """So many bytes; fewer where the other side has ended."""
    found = b""
    while len(found) < size and (data := connection.recv(size - len(found))):
        found += data
    return found


if __name__ == "__main__":
    posix._exit(main(sys.argv[1], sys.argv[2:]))
