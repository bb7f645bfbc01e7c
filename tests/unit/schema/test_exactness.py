"""Which returned values encode as they are, and which are filtered first."""

import enum
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, NamedTuple, NotRequired, TypedDict, TypeVar
from uuid import UUID

import msgspec
import pytest
from msgspec import inspect

from trimaran.schema.exactness import exact_check, exact_class

T = TypeVar("T")


class Film(msgspec.Struct):
    title: str


class Cut(Film):
    secret: str


class Tree(msgspec.Struct):
    film: Film | None
    below: "list[Tree]"


class Box(msgspec.Struct, Generic[T]):
    held: T


class Row(TypedDict):
    film: Film
    year: NotRequired[int]


class Pair(NamedTuple):
    film: Film
    year: int


@dataclass
class Shelf:
    films: list[Film]
    best: Film | None = None


class Color(enum.Enum):
    RED = 1


class FastUUID(UUID):
    pass


FILM, CUT = Film("M"), Cut("M", "s")
Keywords = msgspec.defstruct("Keywords", [("class", list[Film])])


@pytest.mark.parametrize(
    ("tp", "exact", "other"),
    [
        (Film, FILM, CUT),
        (Annotated[int, msgspec.Meta(ge=1)], 1, True),
        (float, 1, "1"),
        (str | None, None, 1),
        (Film | None, None, CUT),
        (list[Film], [FILM, FILM], [FILM, CUT]),
        (list[Film], [], (FILM,)),
        (list[int | None], [1, None], [1, True]),
        (set[str], {"a"}, ["a"]),
        (Collection[Film], [FILM], [CUT]),
        (tuple[Film, ...], (FILM,), (CUT,)),
        (tuple[Film, int], (FILM, 1), (CUT, 1)),
        (tuple[Film, int], (FILM, 1), (FILM, 1, 2)),
        (tuple[()], (), (1,)),
        (dict[str, int], {"a": 1}, {"a": True}),
        (dict[str, list[Film]], {"a": [FILM]}, {"a": [CUT]}),
        (dict[str, Any], {"a": CUT}, [CUT]),
        (list[Any], [CUT], {"a": 1}),
        (Row, {"film": FILM}, {"film": CUT}),
        (Row, {"film": FILM, "year": 1}, {"film": FILM, "year": "1"}),
        (Row, {"film": FILM, "year": 1}, {"film": FILM, "more": 1}),
        (Row, {"film": FILM, "year": 1}, {"year": 1}),
        (list[Row], [{"film": FILM}], [{"film": FILM}, {"film": CUT}]),
        (Pair, Pair(FILM, 1), Pair(CUT, 1)),
        (Shelf, Shelf([FILM], FILM), Shelf([FILM], CUT)),
        (Shelf | list[Film], Shelf([FILM]), Shelf([CUT])),
        (Box[list[Film]], Box([FILM]), Box([CUT])),
        (Keywords, Keywords([FILM]), Keywords([CUT])),
        (Tree, Tree(FILM, [Tree(None, [])]), Tree(FILM, [Tree(None, [Tree(CUT, [])])])),
        (Literal["a", 1], 1, True),
        (Literal["a", 1] | list[Film], "a", [CUT]),
        (list[Color], [Color.RED], [1]),
        (list[UUID], [UUID(int=1), FastUUID(int=1)], ["1"]),
    ],
)
def test_only_values_of_just_this_type_are_exact(tp: Any, exact: Any, other: Any) -> None:
    """In depth: what another class or key would add stays hidden."""
    check = exact_check(inspect.type_info(tp))
    assert check is not None
    assert check(exact) is True
    assert check(other) is False


def test_anything_may_stand_for_any() -> None:
    """Also in a union."""
    assert exact_check(inspect.type_info(Any)) is None
    assert exact_check(inspect.type_info(object)) is None


def test_a_dataclass_may_lack_an_attribute() -> None:
    """As msgspec leaves it out, and so it is None where that may stand."""
    shelf = Shelf([FILM])
    del shelf.best
    check = exact_check(inspect.type_info(list[Shelf]))
    assert check is not None
    assert check([shelf])
    del shelf.films
    assert not check([shelf])


def test_a_class_that_says_it_all_is_told() -> None:
    """None where more has to be looked at."""
    found = [exact_class(inspect.type_info(tp)) for tp in (Film, str, float, Tree, Film | None)]
    assert found == [Film, str, None, None, None]
