"""Carrying bytes between the user and a program in a container: exec, attach, run -it."""

from __future__ import annotations

import codecs
import json
from typing import Any

from k8s_magic.apiserver.client import Stream
from k8s_magic.apiserver.errors import ApiError
from k8s_magic.kubectl import waiting
from k8s_magic.kubectl.environment import UsageError
from k8s_magic.kubectl.errors import Exit
from k8s_magic.kubectl.race import Race
from k8s_magic.kubectl.verb import Call
from k8s_magic.objects import meta
from k8s_magic.objects.meta import Obj

STDOUT, STDERR, STATUS = 1, 2, 3


async def carry(call: Call, stream: Stream, *, stdin: bool) -> None:
    """Feed standard input in and print what comes out, until the program ends; Exit with its code where that is not 0."""
    if stdin:
        if call.environment.stdin:
            stream.write(call.environment.stdin.encode())
        stream.close_stdin()
    decoders = {channel: codecs.getincrementaldecoder("utf-8")("replace") for channel in (STDOUT, STDERR)}
    patience, race, status = waiting.Patience(call.environment), Race(), b""
    race.enter("read", stream.read())
    try:
        while True:
            race.leave("late")
            seconds = patience.seconds()
            if seconds is not None:
                race.enter("late", call.client.sleep(seconds))
            name, chunk = await race
            if name == "late":
                patience.explain()
                return
            if chunk is None:
                break
            channel, data = chunk
            if channel == STATUS:
                status += data
            else:
                text = decoders[channel].decode(data)
                (call.out if channel == STDOUT else call.err)(text)
            race.enter("read", stream.read())
    finally:
        race.leave("late")
        race.leave("read")
        stream.close()
    finish(call, json.loads(status) if status else {"status": "Success"})


async def opened(call: Call, pod: Obj, subresource: str, parameters: dict[str, Any]) -> Stream:
    """A stream to a pod; a refusal is one of the connection's upgrade. Models client-go's SpdyRoundTripper.NewConnection."""
    try:
        return await call.client.connect("pods", meta.name(pod), meta.namespace(pod), subresource, parameters)
    except ApiError as error:
        raise UsageError(f"unable to upgrade connection: {error.message}") from None


def finish(call: Call, status: dict[str, Any]) -> None:
    """What the final Status of a stream means: nothing, an exit code, or a failure. Models remotecommand's error stream."""
    if status.get("status") == "Success":
        return
    for cause in (status.get("details") or {}).get("causes") or ():
        if cause.get("reason") == "ExitCode":
            call.err(f"command terminated with exit code {cause['message']}\n")
            raise Exit(int(cause["message"]))
    raise UsageError(status.get("message") or "error executing command in container")


def wants_terminal(call: Call, *, tty: bool) -> None:
    """There is no terminal here; kubectl says so and goes on without."""
    if tty:
        call.err("Unable to use a TTY - input is not a terminal or the right kind of file\n")
