import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_magic.objects.duration import DurationError, format_duration, human_duration, parse_duration
from tests.objects.conftest import Kubectl, oracle_settings

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400
AGES = {
    -5: "<invalid>",
    -1: "0s",
    0: "0s",
    119.9: "119s",
    120: "2m",
    125: "2m5s",
    599: "9m59s",
    600: "10m",
    179 * MINUTE: "179m",
    3 * HOUR: "3h",
    3 * HOUR + MINUTE: "3h1m",
    8 * HOUR + MINUTE: "8h",
    47 * HOUR: "47h",
    50 * HOUR: "2d2h",
    3 * DAY: "3d",
    8 * DAY + HOUR: "8d",
    729 * DAY: "729d",
    2 * YEAR: "2y",
    2 * YEAR + 70 * DAY: "2y70d",
    8 * YEAR + DAY: "8y",
}


@pytest.mark.parametrize(("seconds", "expected"), AGES.items())
def test_ages(seconds: float, expected: str) -> None:
    assert human_duration(seconds) == expected


TEXTS = {"0": 0, "1m30s": 90, "1.5h": 5400, "-2s": -2, "100ms": 0.1, "1h15m30.5s": 4530.5, ".5s": 0.5, "1.s": 1, "1us": 1e-6, "+3s": 3}


@pytest.mark.parametrize(("text", "expected"), TEXTS.items())
def test_reading(text: str, expected: float) -> None:
    assert parse_duration(text) == expected


ERRORS = {
    "": 'time: invalid duration ""',
    "x": 'time: invalid duration "x"',
    "3": 'time: missing unit in duration "3"',
    "1d": 'time: unknown unit "d" in duration "1d"',
    "1m2": 'time: missing unit in duration "1m2"',
    ".s": 'time: invalid duration ".s"',
    "-": 'time: invalid duration "-"',
}


@pytest.mark.parametrize(("text", "expected"), ERRORS.items())
def test_errors(text: str, expected: str) -> None:
    with pytest.raises(DurationError) as caught:
        parse_duration(text)
    assert str(caught.value) == expected


WRITTEN = {0: "0s", 90: "1m30s", 3600: "1h0m0s", 1.5: "1.5s", 0.1: "100ms", 0.0015: "1.5ms", 2e-6: "2µs", 5e-9: "5ns", -30: "-30s"}


@pytest.mark.parametrize(("seconds", "expected"), WRITTEN.items())
def test_writing(seconds: float, expected: str) -> None:
    assert format_duration(seconds) == expected


@given(seconds=st.integers(-(10**9), 10**9))
def test_what_is_written_reads_back(seconds: int) -> None:
    assert parse_duration(format_duration(seconds / 1000)) == seconds / 1000


PIECES = st.lists(st.sampled_from(["1", "20", ".", "5", "h", "m", "s", "ms", "d", "-", "+", "ns", "us", "x", " "]), min_size=1, max_size=5)


def _check(kubectl: Kubectl, text: str) -> None:
    """An unknown flag after the duration keeps kubectl from going on to look for a server."""
    _, err = kubectl("wait", f"--timeout={text}", "--nonesuch")
    try:
        parse_duration(text)
    except DurationError as error:
        assert err.startswith(f'error: invalid argument "{text}" for "--timeout" flag: {error}\n')
    else:
        assert err.startswith("error: unknown flag: --nonesuch\n")


@given(pieces=PIECES)
@oracle_settings(20)
def test_as_kubectl_reads(kubectl: Kubectl, pieces: list[str]) -> None:
    _check(kubectl, "".join(pieces))


@pytest.mark.slow
@given(pieces=PIECES)
@oracle_settings(1000)
def test_as_kubectl_reads_a_thousand(kubectl: Kubectl, pieces: list[str]) -> None:
    _check(kubectl, "".join(pieces))
