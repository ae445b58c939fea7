"""Recordings of a real cluster that ours answers word for word, but for the steps named here."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8s_magic.replay import load_normalizer, replay_file

RECORDINGS = Path(__file__).parent / "recordings"
NORMALIZER = load_normalizer(Path(__file__).parent / "transcripts")
# Recording -> the number of steps in which our nodes are more real than scripted ones, and why.
DIFFER: dict[str, tuple[int, str]] = {}

NAMES = sorted(path.stem for path in RECORDINGS.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_step_matches(name: str) -> None:
    outcome = replay_file(RECORDINGS / f"{name}.yaml", NORMALIZER)
    expected, why = DIFFER.get(name, (0, ""))
    assert outcome.steps - outcome.matching == expected, "\n".join([why, *outcome.differences])


def test_the_exceptions_are_of_recordings_that_exist() -> None:
    assert [name for name in DIFFER if not (RECORDINGS / f"{name}.yaml").exists()] == []
