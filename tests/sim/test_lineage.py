"""Draws depend on the seed and on what they are for, on nothing else."""

from __future__ import annotations

import re

from k8s_magic.sim.lineage import SAFE_ALPHABET, Lineage


def test_a_draw_is_the_same_whatever_was_drawn_before() -> None:
    fresh, used = Lineage(1), Lineage(1)
    used.uid("something", "else")
    assert fresh.uid("pods", "default", "web", 1) == used.uid("pods", "default", "web", 1)


def test_seed_and_lineage_both_matter() -> None:
    draws = {Lineage(seed).suffix(5, "pods", name) for seed in range(5) for name in ("a", "b")}
    assert len(draws) == 10


def test_words_of_a_lineage_do_not_run_together() -> None:
    assert Lineage().number("ab", "c") != Lineage().number("a", "bc")


def test_uids_are_version_4_uuids() -> None:
    pattern = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    for number in range(200):
        assert pattern.fullmatch(Lineage(7).uid(number))


def test_suffixes_use_kubernetes_alphabet() -> None:
    assert set("".join(Lineage().suffix(10, n) for n in range(100))) == set(SAFE_ALPHABET)
