"""Selectors, judged by the real kubectl: `create poddisruptionbudget --selector` parses and prints each."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_magic.objects import selectors
from k8s_magic.objects.selectors import NOTHING, Selector, SelectorError, parse, parse_fields
from tests.objects.conftest import Kubectl, oracle_settings

LABELS = {"app": "web", "tier": "fe", "n": "5", "empty": ""}
MATCHES = {
    "": True,
    "app": True,
    "app=web": True,
    "app==web": True,
    "app=": False,
    "empty=": True,
    "empty": True,
    "app!=web": False,
    "gone!=web": True,
    "app in (web, db)": True,
    "app in ()": False,
    "empty in (,x)": True,
    "app notin (web)": False,
    "gone notin (web)": True,
    "!app": False,
    "!gone": True,
    "n>4": True,
    "n<5": False,
    "n>1,n<6": True,
    "app>4": False,
    "gone<1": False,
    "app=web,tier=fe": True,
    "app=web,tier=be": False,
    "app=web,app=db": False,
    "app=web , !gone": True,
}


@pytest.mark.parametrize(("text", "expected"), MATCHES.items())
def test_matching(text: str, expected: bool) -> None:
    assert parse(text).matches(LABELS) is expected


NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
RULE = "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
KEY = f"name part must consist of {RULE} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{NAME}')"
VALUE = (
    f"a valid label must be an empty string or consist of {RULE} "
    f"(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '({NAME})?')"
)
ERRORS = {
    "app in alpaca": "unable to parse requirement: found 'alpaca' expected: '('",
    "app=a b": "found 'b', expected: ',' or 'end of string'",
    "=x": "found '=', expected: !, identifier, or 'end of string'",
    "a,": "found '', expected: identifier after ','",
    "a,=b": "found '=', expected: identifier after ','",
    "!a=b": "found '=', expected: ',' or 'end of string'",
    "!=b": "found '!=', expected: !, identifier, or 'end of string'",
    "!": "unable to parse requirement: found '', expected: identifier",
    "a b": "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
    "a===b": "unable to parse requirement: found '=', expected: identifier",
    "a in (b c)": "unable to parse requirement: found 'c', expected: ',' or ')'",
    "a in (b": "unable to parse requirement: found '', expected: ',' or ')'",
    "a in (": "unable to parse requirement: found '', expected: ',', ')' or identifier",
    "a in (!)": "unable to parse requirement: found '!', expected: ',', ')' or identifier",
    "a>b": "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
    "a_=b": f'unable to parse requirement: <nil>: Invalid value: "a_": {KEY}',
    "a=-b": f'unable to parse requirement: values[0][a]: Invalid value: "-b": {VALUE}',
    "/a=b": 'unable to parse requirement: <nil>: Invalid value: "/a": prefix part must be non-empty',
}


@pytest.mark.parametrize(("text", "expected"), ERRORS.items())
def test_errors(text: str, expected: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse(text)
    assert str(caught.value) == expected


def test_printing() -> None:
    text = "zone notin (b,a),app in (y,x),!gone,n>3,here,tier==fe,x=1,w!=2"
    assert str(parse(text)) == "app in (x,y),!gone,here,n>3,tier==fe,w!=2,x=1,zone notin (a,b)"
    assert str(selectors.from_map({"b": "2", "a": "1"})) == "a=1,b=2"


def test_what_an_index_can_use() -> None:
    selector = parse("app=web,tier in (fe),zone in (a,b),!gone")
    assert selector.equalities == {"app": "web", "tier": "fe"}
    assert not selector.empty
    assert selector.explain({"app": "web", "gone": "1"}) == [
        ("app=web", True),
        ("!gone", False),
        ("tier in (fe)", False),
        ("zone in (a,b)", False),
    ]


def test_label_selectors() -> None:
    select = selectors.from_label_selector
    assert select(None) is NOTHING
    assert not select(None).matches({}) and not select(None).empty
    assert select({}).matches({}) and select({}).empty
    selector = select({"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["be"]}]})
    assert str(selector) == "app=web,tier notin (be)"
    assert selector == parse("app=web,tier notin (be)")
    assert selectors.format_label_selector({}) == "<none>"
    with pytest.raises(SelectorError, match=r'^"Gt" is not a valid label selector operator$'):
        select({"matchExpressions": [{"key": "n", "operator": "Gt", "values": ["1"]}]})
    with pytest.raises(SelectorError, match=r"^values: Invalid value: \[\]: for 'in', 'notin' operators, values set can't be empty$"):
        select({"matchExpressions": [{"key": "n", "operator": "In"}]})


def test_node_expressions_know_numbers() -> None:
    assert selectors.from_expressions([{"key": "n", "operator": "Gt", "values": ["4"]}]).matches(LABELS)
    assert not selectors.from_expressions([{"key": "n", "operator": "Lt", "values": ["5"]}]).matches(LABELS)


def test_fields() -> None:
    assert parse_fields("status.phase!=Running,metadata.name=a,b==") == [
        ("b", "=", ""),
        ("metadata.name", "=", "a"),
        ("status.phase", "!=", "Running"),
    ]
    assert parse_fields("") == []
    assert parse_fields("a=b\\,c\\=d\\\\") == [("a", "=", "b,c=d\\")]
    assert selectors.format_fields([("a", "=", "b,c=d\\")]) == "a=b\\,c\\=d\\\\"


FIELD_ERRORS = {
    "bogus": "invalid selector: 'bogus'; can't understand 'bogus'",
    "a=b,c": "invalid selector: 'a=b,c'; can't understand 'c'",
    "a=b\\x": "invalid field selector: invalid escape sequence: \\x",
    "a=b=c": "invalid field selector: unescaped character in value: 61",
    "a=b\\": "invalid field selector: invalid escape sequence: \\",
}


@pytest.mark.parametrize(("text", "expected"), FIELD_ERRORS.items())
def test_field_errors(text: str, expected: str) -> None:
    with pytest.raises(SelectorError) as caught:
        parse_fields(text)
    assert str(caught.value) == expected


WORDS = ["a", "b", "app", "in", "notin", "=", "==", "!=", "!", "(", ")", ",", ">", "<", " ", " ", "5", "-x", "a/b", "", "a=b", "x in (a,b)"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map("".join).filter(str.strip)
OPERATORS = {"in": "In", "notin": "NotIn", "exists": "Exists", "!": "DoesNotExist"}


def _as_label_selector(selector: Selector) -> dict[str, object]:
    equal = {r.key: r.values[0] for r in selector.requirements if r.operator in ("=", "==")}
    others = [
        {"key": r.key, "operator": OPERATORS[r.operator]} | ({"values": sorted(r.values)} if r.values else {})
        for r in selector.requirements
        if r.operator not in ("=", "==")
    ]
    return ({"matchLabels": equal} if equal else {}) | ({"matchExpressions": others} if others else {})


def _check(kubectl: Kubectl, text: str) -> None:
    out, err = kubectl("create", "pdb", "p", "--min-available=1", f"--selector={text}", "--dry-run=client", "-o", "json")
    try:
        selector = parse(text)
    except SelectorError as error:
        assert err == f'error: couldn\'t parse the selector string "{text}": {error}\n'
        return
    strange = next((r.operator for r in selector.requirements if r.operator in ("gt", "lt", "!=")), "")
    if strange:
        problem = "is not a valid label selector operator" if strange == "!=" else "isn't supported in label selectors"
        assert err == f'error: "{strange}" {problem}\n'
    else:
        assert json.loads(out)["spec"].get("selector") == _as_label_selector(selector), (text, err)


@given(text=TEXTS)
@oracle_settings(25)
def test_as_kubectl_parses(kubectl: Kubectl, text: str) -> None:
    _check(kubectl, text)


@pytest.mark.slow
@given(text=TEXTS)
@oracle_settings(2000)
def test_as_kubectl_parses_thousands(kubectl: Kubectl, text: str) -> None:
    _check(kubectl, text)


@pytest.mark.slow
@pytest.mark.parametrize("text", [*MATCHES, *ERRORS])
def test_as_kubectl_parses_the_table(kubectl: Kubectl, text: str) -> None:
    if text.strip():
        _check(kubectl, text)
