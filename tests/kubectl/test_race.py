"""Awaiting several things at once."""

from __future__ import annotations

from k8s_magic.kubectl.race import Race
from k8s_magic.sim.loop import Loop


async def _after(loop: Loop, seconds: float, value: str) -> str:
    await loop.sleep(seconds)
    return value


def test_results_come_in_the_order_of_time_and_none_is_lost() -> None:
    loop = Loop(0.0)
    seen: list[tuple[object, str, float]] = []

    async def watch() -> None:
        race = Race()
        for name, seconds in (("slow", 3.0), ("quick", 1.0), ("middle", 2.0)):
            race.enter(name, _after(loop, seconds, name.upper()))
        while race:
            name, value = await race
            seen.append((name, value, loop.now))

    task = loop.spawn(watch(), "watch")
    assert loop.run_until_done(task)
    assert seen == [("quick", "QUICK", 1.0), ("middle", "MIDDLE", 2.0), ("slow", "SLOW", 3.0)]


def test_who_leaves_is_not_waited_for() -> None:
    loop = Loop(0.0)

    async def watch() -> object:
        race = Race()
        race.enter("never", _after(loop, 100.0, "x"))
        race.enter("soon", _after(loop, 1.0, "y"))
        race.leave("never")
        return await race

    task = loop.spawn(watch(), "watch")
    assert loop.run_until_done(task)
    assert task.result() == ("soon", "y")
