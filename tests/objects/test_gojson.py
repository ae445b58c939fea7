"""JSON's syntax errors, judged by the real kubectl: `patch --local --type json` decodes its patch with encoding/json."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s_magic.objects.gojson import JSONSyntaxError, loads
from tests.objects.conftest import Kubectl, oracle_settings

ERRORS = {
    "{bad json": "invalid character 'b' looking for beginning of object key string",
    "": "unexpected end of JSON input",
    '{"a"': "unexpected end of JSON input",
    '{"a" 1}': "invalid character '1' after object key",
    '{"a":1 "b"}': "invalid character '\"' after object key:value pair",
    '{"a":}': "invalid character '}' looking for beginning of value",
    '{"a":1,}': "invalid character '}' looking for beginning of object key string",
    "[1 2]": "invalid character '2' after array element",
    "[1,]": "invalid character ']' looking for beginning of value",
    "{} x": "invalid character 'x' after top-level value",
    '{"a":tru}': "invalid character '}' in literal true (expecting 'e')",
    '{"a":nil}': "invalid character 'i' in literal null (expecting 'u')",
    '{"a":-}': "invalid character '}' in numeric literal",
    '{"a":1.}': "invalid character '}' after decimal point in numeric literal",
    '{"a":1e}': "invalid character '}' in exponent of numeric literal",
    '{"a":01}': "invalid character '1' after object key:value pair",
    '{"a":"\n"}': "invalid character '\\n' in string literal",
    '{"a":"\\q"}': "invalid character 'q' in string escape code",
    '{"a":"\\u12x4"}': "invalid character 'x' in \\u hexadecimal character escape",
    "{'a':1}": "invalid character '\\'' looking for beginning of object key string",
    '{"a":NaN}': "invalid character 'N' looking for beginning of value",
    '{"a":é}': "invalid character 'Ã' looking for beginning of value",
}


@pytest.mark.parametrize(("text", "expected"), ERRORS.items())
def test_errors(text: str, expected: str) -> None:
    with pytest.raises(JSONSyntaxError) as caught:
        loads(text)
    assert str(caught.value) == expected


def test_values() -> None:
    assert loads('{"a": [1, 1.5, "é", null, true]}') == {"a": [1, 1.5, "é", None, True]}
    assert loads(b'"\xc3\xa9"') == "é"


PIECES = st.lists(
    st.sampled_from(["{", "}", "[", "]", ",", ":", '"a"', '"', "1", "-", ".", "e", "0", "true", "nul", "\\", "\\u00", " ", "é", "'", "x"]),
    max_size=6,
).map(lambda pieces: "{" + "".join(pieces))


def _check(kubectl: Kubectl, text: str) -> None:
    _, err = kubectl(
        "patch", "--local", "-f", "-", "--type", "json", "-p", text, stdin={"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}
    )
    try:
        loads(text)
    except JSONSyntaxError as error:
        assert err == f"error: {error}\n"
    else:
        assert err == "error: json: cannot unmarshal object into Go value of type jsonpatch.Patch\n"


@given(text=PIECES)
@oracle_settings(25)
def test_as_kubectl_decodes(kubectl: Kubectl, text: str) -> None:
    _check(kubectl, text)


@pytest.mark.slow
@given(text=PIECES)
@oracle_settings(1000)
def test_as_kubectl_decodes_a_thousand(kubectl: Kubectl, text: str) -> None:
    _check(kubectl, text)


@pytest.mark.slow
@pytest.mark.parametrize("text", [text for text in ERRORS if text.startswith("{")])
def test_as_kubectl_decodes_the_table(kubectl: Kubectl, text: str) -> None:
    _check(kubectl, text)
