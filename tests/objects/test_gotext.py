import json
import math

from hypothesis import given
from hypothesis import strategies as st

from k8s_magic.objects import gotext

VALUE = {"b": [1, "x", True, None], "a": {"f": 1.5, "s": "<\"'\n>"}}


def test_the_four_forms() -> None:
    assert gotext.plain(VALUE) == "map[a:map[f:1.5 s:<\"'\n>] b:[1 x true <nil>]]"
    assert gotext.syntax(VALUE) == (
        'map[string]interface {}{"a":map[string]interface {}{"f":1.5, "s":"<\\"\'\\n>"}, '
        '"b":[]interface {}{1, "x", true, interface {}(nil)}}'
    )
    assert gotext.marshal(VALUE) == '{"a":{"f":1.5,"s":"\\u003c\\"\'\\n\\u003e"},"b":[1,"x",true,null]}'
    assert gotext.quote("é\t\x00\u200b") == '"é\\t\\x00\\u200b"'


def test_floats() -> None:
    assert [gotext.number(x) for x in (1.0, 1.5, 0.1, 1e20, 1e21, 1.25e-5, 0.0001, -2.5, 0.0)] == [
        "1",
        "1.5",
        "0.1",
        "100000000000000000000",
        "1e+21",
        "1.25e-05",
        "0.0001",
        "-2.5",
        "0",
    ]
    assert [gotext.marshal(x) for x in (1e-6, 1e-7, 1e21)] == ["0.000001", "1e-7", "1e+21"]


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_reads_back(number: float) -> None:
    assert float(gotext.number(number)) == number or math.isclose(number, 0)


@given(value=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)))
def test_marshal_writes_json(value: object) -> None:
    assert json.loads(gotext.marshal(value)) == value
