"""Quantities, judged by the real kubectl: `create quota --dry-run=client` writes each in its canonical form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_magic.objects import quantity
from tests.objects.conftest import Kubectl, oracle_settings

CANONICAL = {
    "0": "0",
    "0.5": "500m",
    "500m": "500m",
    "1500m": "1500m",
    "1000m": "1",
    "2.5": "2500m",
    "1000": "1k",
    "1024Mi": "1Gi",
    "1.5Gi": "1536Mi",
    "1500Mi": "1500Mi",
    "0.5Ki": "512",
    "1.1Ki": "1126400m",
    "1e3": "1e3",
    "1E": "1E",
    "05": "05",  # Upstream keeps what its quick path reads as it was written.
    "+5": "+5",
    "-0": "0",
    ".5": "500m",
    "0.1n": "1n",
    "-1.5": "-1500m",
    "Gi": "0",
}


@pytest.mark.parametrize(("text", "expected"), CANONICAL.items())
def test_canonical(text: str, expected: str) -> None:
    assert quantity.canonical(text) == expected


@pytest.mark.parametrize("text", ["", "x", "1 Gi", "1Gi ", "1.2.3", "1e", "--1", "1K", "١"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(quantity.QuantityError):
        quantity.parse(text)


def test_messages() -> None:
    with pytest.raises(quantity.QuantityError, match=r"^quantities must match the regular expression '\^\(\[\+-\]\?"):
        quantity.parse("abc")
    with pytest.raises(quantity.QuantityError, match=r"^unable to parse quantity's suffix$"):
        quantity.parse("1K")


def test_numbers_of_json() -> None:
    assert (quantity.canonical(2), quantity.canonical(0.5), quantity.canonical(1e-05)) == ("2", "500m", "10u")


def test_rounding_is_up() -> None:
    assert (quantity.value("1500m"), quantity.milli("1500u"), quantity.value("1.1Ki")) == (2, 2, 1127)


def test_arithmetic() -> None:
    assert quantity.add("500m", "1.5") == "2"
    assert quantity.add("1Gi", "512Mi") == "1536Mi"
    assert quantity.add("0", "1Gi") == "1Gi"
    assert quantity.subtract("1Gi", "1Mi") == "1023Mi"
    assert [quantity.compare(a, "1000m") for a in ("999m", "1", "1001m")] == [-1, 0, 1]
    assert (quantity.from_milli(250), quantity.from_milli(2000)) == ("250m", "2")
    assert quantity.from_value(2**30, quantity.BINARY_SI) == "1Gi"


NUMBERS = st.from_regex(r"[+-]?[0-9]{0,6}(\.[0-9]{0,4})?", fullmatch=True)
SUFFIXES = st.sampled_from(["", "", "n", "u", "m", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "e3", "E2", "e-3", "e0", "E", "K", "i"])
TEXTS = st.builds(str.__add__, NUMBERS, SUFFIXES).filter(lambda text: text not in ("", "+", "-"))


def _check(kubectl: Kubectl, texts: list[str]) -> None:
    """One quota holds many quantities, so one process judges them all."""
    ours = {text: quantity.canonical(text) for text in texts if _is_quantity(text)}
    hard = ",".join(f"r{i}={text}" for i, text in enumerate(ours))
    out, err = kubectl("create", "quota", "q", f"--hard={hard}", "--dry-run=client", "-o", "jsonpath={range .spec.hard}{@}{end}")
    assert not err
    theirs = dict(part.split(":") for part in out.strip("{}").replace('"', "").split(",")) if ours else {}
    assert {text: theirs[f"r{i}"] for i, text in enumerate(ours)} == ours
    for text in [text for text in texts if text not in ours][:3]:
        assert kubectl("create", "quota", "q", f"--hard=r={text}", "--dry-run=client")[0] == "", text


def _is_quantity(text: str) -> bool:
    try:
        quantity.parse(text)
    except quantity.QuantityError:
        return False
    return True


def test_as_kubectl_writes_them(kubectl: Kubectl) -> None:
    _check(kubectl, [text for text in CANONICAL if text])


@given(texts=st.lists(TEXTS, min_size=60, max_size=100, unique=True))
@oracle_settings(3)
def test_as_kubectl_writes_any(kubectl: Kubectl, texts: list[str]) -> None:
    _check(kubectl, texts)


@pytest.mark.slow
@given(texts=st.lists(TEXTS, min_size=60, max_size=100, unique=True))
@oracle_settings(60)
def test_as_kubectl_writes_thousands(kubectl: Kubectl, texts: list[str]) -> None:
    _check(kubectl, texts)
