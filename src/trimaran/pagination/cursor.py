"""Pages by a cursor: stable while rows come and go, and always equally fast."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import msgspec

from trimaran.errors import ConfigurationError, DataError, HTTPException
from trimaran.handlers import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db import QuerySet

T = TypeVar("T")

_MAX_CURSOR = 1000


class CursorParams:
    """``cursor`` and ``limit``, as ``Annotated[CursorParams, Depends()]``."""

    def __init__(
        self,
        cursor: Annotated[
            str | None, Query(max_length=_MAX_CURSOR, description="next_cursor of the last page")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=100, description="Items to return")] = 20,
    ) -> None:
        self.cursor = cursor
        self.limit = limit


class CursorPage(msgspec.Struct, Generic[T], kw_only=True):
    """One page. next_cursor: asks for the following one; null on the last."""

    items: list[T]
    next_cursor: str | None = None


async def paginate_by_key(
    query: QuerySet[T], params: CursorParams, *, key: str | Sequence[str] = "id"
) -> CursorPage[T]:
    """Return the page that follows a cursor, ordered by the key: one query.

    key: fields without null, together unique: ``"id"``, ``("-created", "-id")``; ``-`` descends

    Raises ``HTTPException`` 400 for a cursor that this query did not give.
    """
    keys = (key,) if isinstance(key, str) else tuple(key)
    if not keys:
        what = "paginate_by_key() was given no key to order by."
        raise ConfigurationError("TRI-PAGE-001", what, "Pass key='id'.")
    names = [name.removeprefix("-") for name in keys]
    rows_after = query.order_by(*keys)
    if params.cursor is not None:
        rows_after = rows_after.filter(_after(keys, _decode(params.cursor, len(keys))))
    try:
        rows = await rows_after.limit(params.limit + 1)
    except DataError as error:
        if params.cursor is None:
            raise
        raise _refused() from error
    following = None
    if len(rows) > params.limit:
        rows = rows[: params.limit]
        following = _encode([getattr(rows[-1], name) for name in names])
    return CursorPage(items=rows, next_cursor=following)


def _after(keys: Sequence[str], values: Sequence[Any]) -> Any:
    """Return the condition for what comes after: ``a > 1 or (a = 1 and b > 2)``."""
    from trimaran.db import Q

    condition: Any = None
    same: dict[str, Any] = {}
    for key, value in zip(keys, values, strict=True):
        name = key.removeprefix("-")
        beyond = Q(**same, **{f"{name}__{'lt' if key.startswith('-') else 'gt'}": value})
        condition = beyond if condition is None else condition | beyond
        same[name] = value
    return condition


def _encode(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).rstrip(b"=").decode("ascii")


def _decode(cursor: str, count: int) -> list[Any]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = msgspec.json.decode(text, type=list[str | int | float | bool])
    except (ValueError, binascii.Error, msgspec.MsgspecError, RecursionError):
        raise _refused() from None
    if len(values) != count:
        raise _refused()
    return values


def _refused() -> HTTPException:
    return HTTPException(400, "The cursor is not one of this list.")
