"""A route with a bit of everything, whose compiled form is shown in the documentation."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec

from trimaran.di import Depends
from trimaran.handlers import Header, Query, Router

router = Router("/films")


# region declared
class Film(msgspec.Struct):
    title: Annotated[str, msgspec.Meta(max_length=200)]
    year: int


async def current_user(x_token: Annotated[str, Header()]) -> str:
    return x_token


@router.put("/{id:int}")
async def change_film(
    id: int,
    film: Film,
    user: Annotated[str, Depends(current_user)],
    notify: bool = False,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Film:
    return film


# endregion


async def session() -> AsyncIterator[int]:
    yield 1


@router.get("/first")
def first(session: Annotated[int, Depends(session)], tag: Annotated[list[str], Query()]) -> str:
    return tag[0]


@router.get("/hello")
async def hello() -> dict[str, str]:
    return {"hello": "world"}
