"""Pages by number and by offset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Generic, Protocol, TypeVar, overload

import msgspec

from trimaran.handlers import Query

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Self

T = TypeVar("T")

MAX_OFFSET = 2**53


class Pageable(Protocol):
    """A query that can be counted and cut; awaited, it is a list."""

    def count(self) -> Awaitable[int]:
        """Return how many rows there are."""
        ...

    def limit(self, count: int, /) -> Any:
        """Return at most so many rows."""
        ...

    def offset(self, count: int, /) -> Self:
        """Leave out so many rows at the beginning."""
        ...


class PageParams:
    """``page`` and ``size`` from the query, as ``Annotated[PageParams, Depends()]``."""

    def __init__(
        self,
        page: Annotated[int, Query(ge=1, le=MAX_OFFSET // 100, description="Page number")] = 1,
        size: Annotated[int, Query(ge=1, le=100, description="Items on a page")] = 20,
    ) -> None:
        self.page = page
        self.size = size


class OffsetParams:
    """``limit`` and ``offset``, as ``Annotated[OffsetParams, Depends()]``."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=100, description="Items to return")] = 20,
        offset: Annotated[int, Query(ge=0, le=MAX_OFFSET, description="Items to leave out")] = 0,
    ) -> None:
        self.limit = limit
        self.offset = offset


class Page(msgspec.Struct, Generic[T], kw_only=True):
    """One page of several. pages: how many there are; total: items on all of them."""

    items: list[T]
    page: int
    size: int
    pages: int
    total: int


class OffsetPage(msgspec.Struct, Generic[T], kw_only=True):
    """A part of a list. total: items in the whole of it."""

    items: list[T]
    limit: int
    offset: int
    total: int


@overload
async def paginate(query: Pageable, params: PageParams) -> Page[Any]: ...
@overload
async def paginate(query: Pageable, params: OffsetParams) -> OffsetPage[Any]: ...
async def paginate(
    query: Pageable, params: PageParams | OffsetParams
) -> Page[Any] | OffsetPage[Any]:
    """Return the page of a query that was asked for: one count, one query.

    The query should be ordered, or pages may overlap.
    """
    if isinstance(params, OffsetParams):
        total = await query.count()
        rows = await query.offset(params.offset).limit(params.limit)
        return OffsetPage(items=rows, limit=params.limit, offset=params.offset, total=total)
    total = await query.count()
    rows = await query.offset((params.page - 1) * params.size).limit(params.size)
    pages = -(-total // params.size)
    return Page(items=rows, page=params.page, size=params.size, pages=pages, total=total)
