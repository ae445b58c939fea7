"""A story as text, to be read from top to bottom."""

from __future__ import annotations

import textwrap

from k8s_magic.cluster.story.story import Step, Story
from k8s_magic.objects.times import rfc3339

MOST_CAUSES = 4
WIDTH = 118


def text(story: Story) -> str:
    """All of it. `#12` is the write with revision 12."""
    place = f" in {story.namespace}" if story.namespace else ""
    lines = [f"The story of {story.subject}{place}: {_count(len(story.revisions), 'write')} in {_count(len(story.steps), 'step')}"]
    lines.append('A number such as #12 is a write\'s; "because of #12" says that this write made somebody look.\n')
    day = ""
    for step in story.steps:
        if (today := rfc3339(step.time)[:10]) != day:
            day = today
            lines.append(f"{day}\n")
        lines.append(_told(step))
    return "\n".join(lines)


def _told(step: Step) -> str:
    who = f"You: {step.command}" if step.command else f"{step.actor}{_because(step)}"
    lines = [f"{_clock(step.time)}  {who}"]
    for name, sentence in (("desired", step.desired), ("observed", step.observed), ("difference", step.difference)):
        if sentence:
            lines += _wrapped(name, sentence)
    for index, change in enumerate(step.changes):
        lines += _wrapped("" if index else "action", f"{change.words} #{change.revision}")
    return "\n".join(lines) + "\n"


def _wrapped(name: str, sentence: str) -> list[str]:
    return textwrap.wrap(sentence, WIDTH, initial_indent=f"    {name:<12}", subsequent_indent=" " * 18, break_on_hyphens=False)


def _because(step: Step) -> str:
    if step.elsewhere:
        more = f", and {_count(len(step.elsewhere) - 1, 'more write')}" if len(step.elsewhere) > 1 else ""
        return f", because elsewhere {step.elsewhere[0]}{more}"
    if not step.because:
        return (
            f", going on from #{step.goes_on}" if step.goes_on else "" if step.actor.startswith("kubelet-") else ", because time has passed"
        )
    causes = [f"#{revision}" for revision in step.because]
    more = f" and {len(causes) - MOST_CAUSES} more" if len(causes) > MOST_CAUSES else ""
    return f", because of {', '.join(causes[:MOST_CAUSES])}{more}"


def _clock(time: float) -> str:
    thousandths = round(time * 1000)
    return f"{rfc3339(thousandths // 1000)[11:19]}.{thousandths % 1000:03}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
