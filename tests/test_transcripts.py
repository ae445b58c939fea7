"""The transcripts of a real cluster that ours answers word for word: none of them may be lost again."""

from __future__ import annotations

from pathlib import Path

import pytest

from k8s_magic.replay import load_normalizer, replay_file

TRANSCRIPTS = Path(__file__).parent / "transcripts"
WHOLE = (Path(__file__).parent / "transcripts-whole.txt").read_text(encoding="utf-8").split()


def test_the_list_is_of_transcripts_that_exist() -> None:
    assert len(WHOLE) == len(set(WHOLE))
    assert [name for name in WHOLE if not (TRANSCRIPTS / f"{name}.yaml").exists()] == []


@pytest.mark.parametrize("name", WHOLE)
def test_every_step_matches(name: str) -> None:
    outcome = replay_file(TRANSCRIPTS / f"{name}.yaml", load_normalizer(TRANSCRIPTS))
    assert outcome.matching == outcome.steps, "\n".join(outcome.differences)
