"""What type checkers make of parameters' markers and checks."""

from __future__ import annotations

from typing import Annotated, assert_type

from trimaran import Body, Check, File, Header, Query, UploadFile


def even(value: int) -> None:
    """Say nothing of even numbers."""


async def show(
    limit: Annotated[int, Query(ge=1, le=100, alias="n", examples=[3])] = 20,
    agent: Annotated[str, Header(convert_underscores=False, min_length=1)] = "",
    count: Annotated[int, Check(even), Body(embed=True)] = 0,
    poster: Annotated[UploadFile | None, File(max_length=1000)] = None,
) -> None:
    """A parameter has the type of its annotation, whatever the marker says."""
    assert_type(limit, int)
    assert_type(agent, str)
    assert_type(count, int)
    assert_type(poster, UploadFile | None)


# A misspelt argument is an error before the program runs: an unused ignore would be one too.
WRONG = Query(max_lenght=3)  # type: ignore[call-arg]  # the point of this line
WRONG_TYPE = Query(alias=3)  # type: ignore[arg-type]  # and of this one
