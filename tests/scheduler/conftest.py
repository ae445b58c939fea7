"""Clusters of an API server and the scheduler."""

from __future__ import annotations

import pytest

from tests.scheduler.makers import Bench, make_node


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def three_nodes(bench: Bench) -> Bench:
    bench.nodes(*(make_node(f"node{n}") for n in (1, 2, 3)))
    return bench
