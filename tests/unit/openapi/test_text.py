"""Documents as text: read back by any YAML or JSON reader, they are the same."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from trimaran.openapi.text import write_document

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["yes", "NO", "~", "null", "1e3", "0x1F", "2020-01-01", "-", "#", "a: b", "|-"]
    ),
    st.lists(st.text(max_size=8), max_size=4).map("\n".join),
)
LEAVES = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5))
def test_yaml_reads_back_as_it_was(document: dict[str, Any]) -> None:
    """Whatever texts stand in it: those that look like numbers, dates, breaks."""
    assert yaml.safe_load(write_document(document, "yaml")) == document


@given(st.dictionaries(st.text(max_size=9), VALUES, max_size=5))
def test_json_reads_back_as_it_was(document: dict[str, Any]) -> None:
    """And ends with a line break."""
    text = write_document(document)
    assert json.loads(text) == document
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("#/components/schemas/Film", 'a: "#/components/schemas/Film"'),
        ("List films", "a: List films"),
        ("on", 'a: "on"'),
        ("3.1.0", 'a: "3.1.0"'),
        ([], "a: []"),
        ([[1], {"b": 2}], "a:\n  - - 1\n  - b: 2"),
        ("one\n\ntwo", "a: |-\n  one\n\n  two"),
        (" one\ntwo", 'a: " one\\ntwo"'),
    ],
)
def test_yaml_is_pleasant_to_read(value: Any, line: str) -> None:
    """Quotes where they are needed, lines as lines."""
    assert write_document({"a": value}, "yaml") == f"{line}\n"
