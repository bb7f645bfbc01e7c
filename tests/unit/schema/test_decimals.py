"""Decimals as JSON Schema: the pattern of a text keeps what the limits ask."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trimaran.schema.constraints import Bounds
from trimaran.schema.decimals import decimal_schema, span


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_span_holds_its_numbers_and_no_others(one: int, other: int) -> None:
    """From one end to the other, both included."""
    least, most = sorted((one, other))
    pattern = re.compile(f"(?:{span(least, most)})")
    edges = {least - 1, least, (least + most) // 2, most, most + 1, 0, 9, 10, 99, 100, 1000}
    for number in edges:
        if number >= 0:
            assert bool(pattern.fullmatch(str(number))) == (least <= number <= most)


LIMITS = st.none() | st.integers(-50, 500)


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {"ge": LIMITS, "gt": LIMITS, "le": LIMITS, "lt": LIMITS},
        optional={"max_digits": st.integers(3, 6), "decimal_places": st.integers(0, 2)},
    ),
    st.data(),
)
def test_texts_of_the_pattern_keep_the_limits(limits: dict[str, Any], data: Any) -> None:
    """Whatever is made by it is accepted."""
    bounds = Bounds(**limits)
    pattern = decimal_schema(bounds, taken=True)["anyOf"][0]["pattern"]
    assume(pattern != "^()$")
    text = data.draw(st.from_regex(pattern, fullmatch=True, alphabet="-.0123456789"))
    assert bounds.breach(Decimal(text)) is None, (pattern, text)


@pytest.mark.parametrize(
    ("limits", "example"),
    [({"ge": 0, "le": 10, "decimal_places": 1}, "9.9"), ({"ge": 500}, "500.00"), ({}, "9.99")],
)
def test_an_example_keeps_the_limits(limits: dict[str, Any], example: str) -> None:
    """So that the pages show a value that the application takes."""
    assert decimal_schema(Bounds(**limits), taken=True)["examples"] == [example]


def test_answers_hold_texts() -> None:
    """As Decimals are written, great exponents too."""
    pattern = decimal_schema(None, taken=False)["pattern"]
    for value in ("9.99", "-1", "0.00", "1E+30"):
        assert re.search(pattern, str(Decimal(value)))
