"""Full-text search and likeness (PostgreSQL)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql.rendering.pieces import text
from trimaran.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

_QUERIES = {
    "plain": "plainto_tsquery",
    "phrase": "phraseto_tsquery",
    "raw": "to_tsquery",
    "websearch": "websearch_to_tsquery",
}


def only_postgresql(vendor: str, what: str) -> None:
    """Raise ``QueryError`` where another database was asked."""
    if vendor != "postgresql":
        raise QueryError(
            "TRI-QUERY-027",
            f"{what} was asked of {vendor}, which does not have it.",
            "Ask PostgreSQL, or use icontains.",
        )


def _config(option: str) -> Any:
    return sa.cast(text(option), _REGCONFIG)


class _Named(sa.types.UserDefinedType[Any]):
    """A type that SQLAlchemy does not know."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **kw: Any) -> str:
        return self.name


_REGCONFIG = _Named("regconfig")


def _vector(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    only_postgresql(vendor, "SearchVector")
    config, weight = option
    made: Any = None
    for argument, side in zip(arguments, given, strict=True):
        value = (
            argument if side is not None and side.python is str else sa.cast(argument, sa.Text())
        )
        made_one = sa.func.coalesce(value, text(""))
        made = made_one if made is None else made.op("||")(text(" ")).op("||")(made_one)
    clause = sa.func.to_tsvector(_config(config), made)
    return sa.func.setweight(clause, text(weight)) if weight else clause


def _join(operator: str) -> Callable[..., Any]:
    def render(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
        left, right = arguments
        return left.op(operator)(right).self_group()

    return render


def _query(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    only_postgresql(vendor, "SearchQuery")
    config, form = option
    return getattr(sa.func, _QUERIES[form])(_config(config), sa.cast(arguments[0], sa.Text()))


def _rank(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    only_postgresql(vendor, "SearchRank")
    cover, normalization = option
    function = sa.func.ts_rank_cd if cover else sa.func.ts_rank
    return sa.cast(function(*arguments, sa.literal_column(str(int(normalization)))), sa.Double())


def _headline(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    only_postgresql(vendor, "SearchHeadline")
    config, settings = option
    value, query = arguments
    more = (text(settings),) if settings else ()
    return sa.func.ts_headline(_config(config), sa.cast(value, sa.Text()), query, *more)


def _similarity(name: str) -> Callable[..., Any]:
    def render(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
        only_postgresql(vendor, "Trigram similarity")
        texts = [sa.cast(side, sa.Text()) for side in arguments]
        clause: Any = sa.cast(getattr(sa.func, option)(*texts), sa.Double())
        return clause if name == "similarity" else sa.literal_column("1") - clause

    return render


def _unaccent(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    only_postgresql(vendor, "unaccent")
    return sa.func.unaccent(arguments[0])


RENDERED: dict[str, Callable[..., Any]] = {
    "search_and": _join("&&"),
    "search_headline": _headline,
    "search_or": _join("||"),
    "search_query": _query,
    "search_rank": _rank,
    "search_vector": _vector,
    "search_vectors": _join("||"),
    "trigram_distance": _similarity("distance"),
    "trigram_similarity": _similarity("similarity"),
    "unaccent": _unaccent,
}
