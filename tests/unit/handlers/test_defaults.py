"""Defaults of parameters: of their type, or refused at start-up."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
import pytest

from trimaran import Body, Check, Header, Query
from trimaran.errors import ConfigurationErrors
from trimaran.handlers import Router


class Colour(enum.Enum):
    RED = "red"


class Marker:
    """A default of one's own, which says that nothing was given."""


NOTHING = Marker()
Ask = Callable[..., Any]


def shown_by(tp: Any, default: Any) -> Router:
    """A route that shows its parameter's default."""
    router = Router()

    async def show(value: Any = default) -> str:
        return repr(value)

    show.__annotations__["value"] = tp
    router.get("/")(show)
    return router


@pytest.mark.parametrize(
    ("tp", "default", "shown"),
    [
        (int, None, None),
        (int, True, True),
        (float, 1, 1),
        (str, NOTHING, NOTHING),
        (Annotated[int, Query(ge=1)], 0, 0),
        (Annotated[int, Query(), Check(lambda value: value + 1)], 1, 1),
        (Annotated[list[str], Query()], ["a"], ["a"]),
        (Annotated[set[int], Query()], [1], {1}),
        (Colour, "red", Colour.RED),
        (Colour, Colour.RED, Colour.RED),
        (datetime.date, "2026-11-22", datetime.date(2026, 11, 22)),
        (Decimal | None, "1.50", Decimal("1.50")),
        (Literal["a", "b"], "b", "b"),
        (int | str, "ten", "ten"),
        (Any, {"a": 1}, {"a": 1}),
    ],
)
def test_what_a_handler_gets(ask: Ask, tp: Any, default: Any, shown: Any) -> None:
    """The default itself, or the value that the text stands for; limits are not its concern."""
    assert ask(shown_by(tp, default), "GET", "/").json == repr(shown)


@pytest.mark.parametrize(
    ("tp", "default"),
    [
        (int, "ten"),
        (int, "10"),
        (bool, "yes"),
        (Colour, "blue"),
        (Annotated[str, Header()], 3),
        (Annotated[list[int], Query()], ["a"]),
        (Annotated[dict[str, int], Body()], {"a": "b"}),
        (datetime.date, "soon"),
        (Literal["a"], "b"),
    ],
)
def test_a_default_of_another_type_is_refused(ask: Ask, tp: Any, default: Any) -> None:
    """Nobody asked for a handler that gets text where a number is promised."""
    with pytest.raises(ConfigurationErrors, match=r"TRI-ROUTE-013 .*The default of 'value' is"):
        ask(shown_by(tp, default), "GET", "/")


class Film(msgspec.Struct):
    title: str


@pytest.mark.parametrize("status", [204, 205, 304])
def test_an_answer_without_a_body_has_no_type(ask: Ask, status: int) -> None:
    """Whether the annotation says it or the route."""

    async def annotated() -> Film: ...

    async def plain(): ...  # type: ignore[no-untyped-def]  # on purpose

    for handler, options in ((annotated, {}), (plain, {"response_model": Film})):
        router = Router()
        router.add_api_route("/", handler, status_code=status, **options)
        with pytest.raises(ConfigurationErrors, match=rf"TRI-ROUTE-014 .*status {status} .*Film"):
            ask(router, "GET", "/")
    router = Router()
    router.add_api_route("/", plain, status_code=status)
    router.add_api_route("/none", annotated, status_code=status, response_model=None)
    assert ask(router, "GET", "/").status == status
    assert ask(router, "GET", "/none").body == b""
