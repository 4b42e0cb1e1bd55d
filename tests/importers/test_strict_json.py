"""Every case of the security reference 3.6, items 51 to 56."""

import contextlib
import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuijin.errors import TuijinError
from tuijin.importers.strict_json import parse_json

REFUSED = [
    (b'{"a":1,"a":2}', "duplicate_key", 400),
    (b"[" * 33 + b"]" * 33, "depth", 400),
    (b"[" * 100_000, "depth", 400),
    (b"[NaN]", "number", 400),
    (b"[Infinity]", "number", 400),
    (b"[-Infinity]", "number", 400),
    (b"[1e999]", "number", 400),
    (b"[1e2]", "exponent", 422),
    (b"[1E-400]", "exponent", 422),
    (b"[1234567890123456]", "integer_too_long", 422),
    (b"[" + b"9" * 5000 + b"]", "integer_too_long", 422),
    (b"[0." + b"1" * 40 + b"]", "number_too_long", 422),
    (b'["\\ud800"]', "bad_character", 422),
    (b'["\\u0000"]', "bad_character", 422),
    (b'{"\\u0007": 1}', "bad_character", 422),
    (b'["\xff"]', "encoding", 400),
    (b'{"a":', "json", 400),
    (b"", "json", 400),
    (b'"' + b"x" * 1_000_000 + b'"', "too_large", 413),
]


@pytest.mark.parametrize(("data", "code", "status"), REFUSED)
def test_refused(data, code, status):
    with pytest.raises(TuijinError) as error:
        parse_json(data)
    assert (error.value.code, error.value.status) == (code, status)


def test_accepted():
    data = b'\xef\xbb\xbf{"a": [1.50, -3, "\xe9\xa1\xb9\\n\\t", true, null], "b": {}}'
    assert parse_json(data) == {"a": [Decimal("1.50"), -3, "项\n\t", True, None], "b": {}}


def test_depth_counts_brackets_outside_strings_only():
    assert parse_json(b'["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\"[["]')


def test_bad_character_names_its_path():
    with pytest.raises(TuijinError) as error:
        parse_json(b'{"a/b": [{"~": "\\u0001"}]}')
    assert error.value.problems[0].field == "/a~1b/0/~0"


def test_unclosed_escapes_are_read_once():
    began = time.monotonic()
    with pytest.raises(TuijinError):
        parse_json(b'"' + b'\\"' * 400_000)
    assert time.monotonic() - began < 2


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15) + 1, 10**15 - 1)
    | st.text(st.characters(exclude_categories=("Cc", "Cs"))),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab~/项"), inner),
    max_leaves=20,
)


@given(JSON)
def test_agrees_with_json(document):
    assert parse_json(json.dumps(document, ensure_ascii=False).encode()) == document


@given(st.binary(max_size=200))
def test_any_bytes_raise_only_ours(data):
    with contextlib.suppress(TuijinError):
        parse_json(data)
