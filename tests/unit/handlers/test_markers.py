"""``Query()`` and its like: one set of arguments for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from trimaran import Body, Cookie, File, Form, Header, Path, Query
from trimaran.handlers.parameters import Marker
from trimaran.handlers.route import UNSET

MARKERS: list[Callable[..., Any]] = [Query, Path, Header, Cookie, Body, Form, File]


@pytest.mark.parametrize("make", MARKERS)
def test_all_take_the_same_arguments(make: Callable[..., Any]) -> None:
    """FastAPI's names, whichever the place."""
    marker: Marker = make(
        ...,
        validation_alias="wire",
        serialization_alias="unused",
        title="T",
        description="D",
        examples=["a"],
        openapi_examples={"one": {"value": "a"}},
        json_schema_extra={"x-unit": "m"},
        deprecated=True,
        include_in_schema=False,
        min_length=2,
    )
    assert (marker.default, marker.alias, marker.title) == (UNSET, "wire", "T")
    assert (marker.examples, marker.json_schema_extra) == (["a"], {"x-unit": "m"})
    assert (marker.deprecated, marker.include_in_schema) == (True, False)
    assert marker.limits == {"min_length": 2}


@pytest.mark.parametrize("make", MARKERS)
def test_a_misspelt_argument_is_refused(make: Callable[..., Any]) -> None:
    """It says what the limits are called."""
    with pytest.raises(TypeError, match=r"'max_lenght'; the limits are .*max_length"):
        make(max_lenght=3)


def test_what_is_none_was_not_said() -> None:
    """``alias=None`` is FastAPI's default, and so no alias."""
    assert Query(3, alias=None, ge=None, examples=None) == Query(3)
