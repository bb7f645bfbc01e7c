"""Regular expressions that could stall the server."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.routing.patterns import may_explode


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(?:a*)*b",
        r"([a-z]+\w)*",
        r"(\w+\s?)+",
        "((ab?)+c*)+",
        "(a{2,})+",
        "(a{1,50}){11,}",
        "(?P<x>.*)*",
        "(?:a+|b)*",
        "(?:-?[a-z]+)*",
        r"(?:[-a]+-)*",
    ],
)
def test_repeats_inside_repeats_are_found(pattern: str) -> None:
    """Each of them can take exponential time."""
    re.compile(pattern)
    assert may_explode(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "[A-Z]{3}",
        "[a-z0-9]+(?:-[a-z0-9]+)*",
        r"(?:[a-z]+\.)*[a-z]+",
        "(?:a+b)?",
        "(?:a++)+",
        "(?>a+)+",
        "(?:ab|cd)+",
        "([a-z]+){2}",
        "[]a+]+x",
        r"[\]+]+",
        r"\(a+\)+",
        "a+b*c{2,}",
    ],
)
def test_plain_patterns_pass(pattern: str) -> None:
    """What people write for codes and slugs is left alone."""
    re.compile(pattern)
    assert not may_explode(pattern)


@given(st.text("ab()[]{}*+?|\\-^.,1:", max_size=12))
def test_any_valid_pattern_is_judged(pattern: str) -> None:
    """The scanner never fails on what Python compiles."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, FutureWarning):
        return
    assert may_explode(pattern) in (True, False)
