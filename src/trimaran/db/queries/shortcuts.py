"""Shortcuts for routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from trimaran.errors import HTTPException, ObjectDoesNotExistError

if TYPE_CHECKING:
    from trimaran.db.queries.queryset import QuerySet
    from trimaran.db.sql.expressions import Condition

T = TypeVar("T")


async def get_object_or_404(
    source: type[T] | QuerySet[T], *conditions: Condition | bool, **lookups: Any
) -> T:
    """Return the only row that fulfils this; answer 404 where there is none.

    source: a model, or a query of one
    """
    query: QuerySet[T] = source.objects if isinstance(source, type) else source  # type: ignore[attr-defined]  # every model has it
    try:
        return await query.get(*conditions, **lookups)
    except ObjectDoesNotExistError:
        raise HTTPException(404, f"No such {query.label}") from None
