"""Functions as SQLAlchemy clauses: the table of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql.rendering import comparison, dates, documents, numbers, search, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trimaran.db.sql.kinds import Kind

_PLAIN = {
    name: name
    for name in (
        "abs",
        "coalesce",
        "cume_dist",
        "dense_rank",
        "first_value",
        "lag",
        "last_value",
        "lead",
        "lower",
        "ltrim",
        "nullif",
        "percent_rank",
        "rank",
        "replace",
        "reverse",
        "row_number",
        "rtrim",
        "trim",
        "upper",
    )
}
_SPECIAL: dict[str, Callable[..., Any]] = {
    **comparison.RENDERED,
    **dates.RENDERED,
    **documents.RENDERED,
    **numbers.RENDERED,
    **search.RENDERED,
    **texts.RENDERED,
}


def call(
    vendor: str, name: str, option: Any, kind: Kind, given: Sequence[Kind], arguments: list[Any]
) -> Any:
    """Return the clause of a function; ``given``: the kinds of its arguments."""
    special = _SPECIAL.get(name)
    if special is not None:
        return special(vendor, option, kind, given, arguments)
    return getattr(sa.func, _PLAIN[name])(*arguments)
