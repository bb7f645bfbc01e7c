"""Declarations that are wrong, one fault each: their messages stand in ``handlers.txt``."""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from trimaran.di import Depends
from trimaran.handlers import Body, Form, Path, Query, Router
from trimaran.http import HTMLResponse

if TYPE_CHECKING:
    from nowhere import Missing

router = Router()


class Item(msgspec.Struct):
    name: str


@router.get("/unresolved")
async def unresolved(value: "Missing") -> None: ...


@router.get("/unresolved-return")
async def unresolved_return() -> "Missing": ...


@router.get("/variadic")
async def variadic(*args: int, **kwargs: int) -> None: ...


@router.get("/untaken/{id}")
async def untaken(film_id: int = 0) -> None: ...


@router.get("/no-such-place")
async def no_such_place(id: Annotated[int, Path()]) -> None: ...


@router.get("/clash/{id:int}")
async def clash(id: str) -> None: ...


@router.get("/uuid-clash/{id:uuid}")
async def uuid_clash(id: int) -> None: ...


@router.get("/default-in-path/{id}")
async def default_in_path(id: Annotated[int, Path()] = 1) -> None: ...


@router.get("/default-in-annotated")
async def default_in_annotated(q: Annotated[int, Query(5)]) -> None: ...


@router.get("/twice")
async def twice(q: Annotated[int, Query()] = Body()) -> None: ...


@router.get("/depends-default")
async def depends_default(q: Annotated[int, Depends(clash)] = 1) -> None: ...


@router.get("/object-in-query")
async def object_in_query(item: Annotated[dict[str, Item], Query()]) -> None: ...


@router.get("/object-in-path/{item}")
async def object_in_path(item: Item) -> None: ...


@router.get("/yielding", response_class=HTMLResponse)
async def yielding() -> Any:
    yield 1


class Shelf(msgspec.Struct):
    items: list[Item]


@router.post("/form-of-objects")
async def form_of_objects(shelf: Annotated[Shelf, Form()]) -> None: ...


@router.get("/default-of-another-type")
async def default_of_another_type(limit: int = "ten") -> None: ...  # type: ignore[assignment]


@router.get("/no-body", status_code=204)
async def no_body() -> Item: ...


@router.get("/declared-twice")
async def first() -> None: ...


@router.get("/declared-twice")
async def second() -> None: ...


def circle(x: Any = Depends(lambda: 1)) -> None: ...


circle.__defaults__ = (Depends(circle),)


@router.get("/circle")
async def in_a_circle(x: Any = Depends(circle)) -> None: ...


@router.get("/nothing-to-call")
async def nothing_to_call(x: Any = Depends()) -> None: ...


@router.get("/not-callable", dependencies=[Depends("text")])
async def not_callable() -> None: ...


@router.post("/complex")
async def unknown_type(z: complex) -> None: ...


@router.get("/returns-complex")
async def returns_unknown() -> list[complex]: ...


@router.get("/limit")
async def bad_limit(q: Annotated[str, Query(max_digits=3)]) -> None: ...


@router.get("/limit-of-text")
async def limited_text(q: Annotated[str, Query(ge=3)]) -> None: ...


async def get_db(x: Annotated[int, Query(5)]) -> int: ...


async def get_user(db: Annotated[int, Depends(get_db)]) -> int: ...


@router.get("/in-a-chain")
async def in_a_chain(user: Annotated[int, Depends(get_user)]) -> None: ...


@router.get("/list-in-path/{ids}")
async def list_in_path(ids: list[int]) -> None: ...
