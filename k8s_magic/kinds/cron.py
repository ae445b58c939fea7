"""The five fields of a CronJob's schedule, and when they next come true.

Models github.com/robfig/cron/v3 parser.go and spec.go, whose complaints users see.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from k8s_magic.objects.duration import DurationError, parse_duration

MONTHS = {m: i for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}
DAYS = {d: i for i, d in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
# Name, least, most, words that stand for numbers.
FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = ((0, 59, {}), (0, 23, {}), (1, 31, {}), (1, 12, MONTHS), (0, 6, DAYS))
DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
SEARCH_YEARS = 5


class CronError(ValueError):
    """A text that is no schedule, in the parser's words."""


class Field(NamedTuple):
    """The values at which a field is true; `any` where a star said so."""

    values: frozenset[int]
    any: bool


class Schedule(NamedTuple):
    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field

    def next(self, after: float, zone: tzinfo = UTC) -> float | None:
        """The first time after `after` (both in seconds since the epoch); None where none comes within five years."""
        moment = datetime.fromtimestamp(int(after), zone).replace(second=0) + timedelta(minutes=1)
        limit = moment.year + SEARCH_YEARS
        while moment.year <= limit:
            if moment.month not in self.month.values:
                moment = (moment.replace(day=1, hour=0, minute=0) + timedelta(days=32)).replace(day=1)
            elif not self._day_fits(moment):
                moment = moment.replace(hour=0, minute=0) + timedelta(days=1)
            elif moment.hour not in self.hour.values:
                moment = moment.replace(minute=0) + timedelta(hours=1)
            elif moment.minute not in self.minute.values:
                moment += timedelta(minutes=1)
            else:
                return moment.timestamp()
        return None

    def _day_fits(self, moment: datetime) -> bool:
        """Days of the month and of the week are both meant where one is a star, else either."""
        in_month = moment.day in self.day.values
        in_week = moment.isoweekday() % 7 in self.weekday.values
        return (in_month and in_week) if self.day.any or self.weekday.any else (in_month or in_week)


class Every(NamedTuple):
    """A schedule that counts from the last time, not by the calendar. Models constantdelay.go."""

    seconds: int

    def next(self, after: float, zone: tzinfo = UTC) -> float | None:
        return int(after) + self.seconds


def parse(text: str) -> Schedule | Every:
    """The schedule that `text` tells; CronError where it tells none."""
    if not text:
        raise CronError("empty spec string")
    if text.startswith(("TZ=", "CRON_TZ=")):
        text = _without_zone(text)
    if text.startswith("@every "):
        return _every(text)
    if text.startswith("@"):
        if text not in DESCRIPTORS:
            raise CronError(f"unrecognized descriptor: {text}")
        text = DESCRIPTORS[text]
    parts = text.split()
    if len(parts) != len(FIELDS):
        raise CronError(f"expected exactly 5 fields, found {len(parts)}: [{' '.join(parts)}]")
    return Schedule(*[_field(part, *bounds) for part, bounds in zip(parts, FIELDS, strict=True)])


def _without_zone(text: str) -> str:
    """A zone in front is understood, though a CronJob may not have one there."""
    _zone, space, rest = text.partition(" ")
    if not space:
        raise CronError("invalid schedule format: runtime error: slice bounds out of range [:-1]")
    return rest.strip()


def _every(text: str) -> Every:
    try:
        return Every(max(1, int(parse_duration(text.removeprefix("@every ")))))
    except DurationError as error:
        raise CronError(f"failed to parse duration {text}: {error}") from None


def _field(text: str, least: int, most: int, words: dict[str, int]) -> Field:
    values: set[int] = set()
    any_given = False
    for part in [part for part in text.split(",") if part]:
        found, is_star = _range(part, least, most, words)
        values |= found
        any_given = any_given or is_star
    return Field(frozenset(values), any_given)


def _range(text: str, least: int, most: int, words: dict[str, int]) -> tuple[set[int], bool]:
    span, slash, step_text = text.partition("/")
    if "/" in step_text:
        raise CronError(f"too many slashes: {text}")
    low_text, dash, high_text = span.partition("-")
    if "-" in high_text:
        raise CronError(f"too many hyphens: {text}")
    is_star = low_text in ("*", "?")
    if is_star:
        low, high = least, most
    else:
        low = _number(low_text, words)
        high = _number(high_text, words) if dash else low
    step = _step(step_text) if slash else 1
    if slash and not dash and not is_star:
        high = most
    _check(low, high, step, least, most, text)
    return set(range(low, high + 1, step)), is_star and step == 1


def _step(text: str) -> int:
    return _number(text, {})


def _number(text: str, words: dict[str, int]) -> int:
    if text.lower() in words:
        return words[text.lower()]
    if not text.lstrip("+-").isdigit() or not text.lstrip("+-").isascii():
        raise CronError(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax')
    if int(text) < 0:
        raise CronError(f"negative number ({int(text)}) not allowed: {text}")
    return int(text)


def _check(low: int, high: int, step: int, least: int, most: int, text: str) -> None:
    if low < least:
        raise CronError(f"beginning of range ({low}) below minimum ({least}): {text}")
    if high > most:
        raise CronError(f"end of range ({high}) above maximum ({most}): {text}")
    if low > high:
        raise CronError(f"beginning of range ({low}) beyond end of range ({high}): {text}")
    if step == 0:
        raise CronError(f"step of range should be a positive number: {text}")
