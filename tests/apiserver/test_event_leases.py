"""How long events stay."""

from __future__ import annotations

from k8s_magic.apiserver.events import Recorder
from k8s_magic.apiserver.local import LocalClient


def test_an_event_goes_an_hour_after_it_was_told_last(client: LocalClient) -> None:
    recorder, subject = Recorder(client, "test"), client.get("namespaces", "default")
    loop = client.loop
    began = loop.now
    recorder.event(subject, "Normal", "Once", "once")
    loop.run_until(began + 10)
    recorder.event(subject, "Normal", "Again", "again")
    loop.run_until(began + 1800)
    recorder.event(subject, "Normal", "Again", "again")

    def left() -> list[str]:
        return [event["reason"] for event in client.items("events")]

    loop.run_until(began + 3599)
    assert sorted(left()) == ["Again", "Once"]
    loop.run_until(began + 3600)
    assert left() == ["Again"]
    loop.run_until(began + 5399)
    assert left() == ["Again"], "told again, it stays longer"
    loop.run_until(began + 5400)
    assert left() == []
    recorder.event(subject, "Normal", "Later", "later")
    loop.run_until(began + 5400 + 3600)
    assert left() == [], "a lease that starts when none is left ends, too"
