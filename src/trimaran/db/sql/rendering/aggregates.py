"""Aggregates as SQLAlchemy clauses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import operators

from trimaran.db.sql.rendering.documents import inside
from trimaran.db.sql.rendering.pieces import NUMBERS, number, text
from trimaran.db.sql.rendering.search import only_postgresql
from trimaran.db.sql.types import column_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trimaran.db.sql.kinds import Kind


class Group:
    """What an aggregate takes.

    argument:  the clause; None for every row
    kept:      a condition of the rows that it takes
    order:     clauses in whose order it takes them
    option:    what is part of the aggregate, such as a separator
    given:     the kind of the argument
    """

    def __init__(
        self,
        vendor: str,
        name: str,
        kind: Kind,
        argument: Any,
        kept: Any,
        *,
        distinct: bool,
        order: Sequence[Any] = (),
        option: Any = None,
        given: Kind | None = None,
    ) -> None:
        self.vendor = vendor
        self.name = name
        self.kind = kind
        self.argument = argument
        self.kept = kept
        self.distinct = distinct
        self.order = order
        self.option = option
        self.given = given


def aggregate(group: Group) -> Any:
    """Return the clause of an aggregate."""
    special = _SPECIAL.get(group.name)
    if special is not None:
        return special(group)
    return _numeric(group, _call(group, group.name))


def _call(group: Group, name: str, *more: Any) -> Any:
    """Return the function of what the aggregate takes, and of nothing else."""
    function = getattr(sa.func, name)
    argument, kept = group.argument, group.kept
    if kept is not None and group.vendor == "mariadb":
        # It has no FILTER: the other rows become NULL, which aggregates leave out.
        argument, kept = sa.case((kept, number(1) if argument is None else argument)), None
    if argument is None:
        clause = function(sa.literal_column("*"))
    else:
        clause = function(argument.distinct() if group.distinct else argument, *more)
    return clause if kept is None else clause.filter(kept)


def _numeric(group: Group, clause: Any) -> Any:
    """Return a sum or a mean in the type that it is read as."""
    cast = group.name in ("sum", "avg") and group.kind.sql in NUMBERS and group.vendor != "sqlite"
    return sa.cast(clause, column_type(group.kind)) if cast else clause


def _spread(group: Group) -> Any:
    """Standard deviation and variance, of the whole or of a sample."""
    double: Any = sa.cast(group.argument, sa.Double())
    taken = Group(group.vendor, group.name, group.kind, double, group.kept, distinct=group.distinct)
    return sa.cast(_call(taken, group.name), sa.Double())


def _truths(name: str, elsewhere: str) -> Callable[[Group], Any]:
    def render(group: Group) -> Any:
        return _call(group, name if group.vendor == "postgresql" else elsewhere)

    return render


def _bits(group: Group) -> Any:
    return sa.cast(_call(group, group.name), sa.BigInteger())


def _pairs(group: Group) -> Any:
    """Statistics of two columns; PostgreSQL alone has them."""
    only_postgresql(group.vendor, group.name)
    second, first = group.argument
    taken = Group(group.vendor, group.name, group.kind, first, group.kept, distinct=False)
    return sa.cast(_call(taken, group.name, second), sa.Double())


# Aggregates whose rows have an order


def _string_agg(group: Group) -> Any:
    words: Any = sa.cast(group.argument, sa.Text())
    separator = text(group.option)
    if group.vendor == "sqlite":
        return _collected(group, words, "text", separator)
    if group.vendor == "mariadb":
        words = sa.case((group.kept, words)) if group.kept is not None else words
        words = words.distinct() if group.distinct else words
        return sa.type_coerce(
            sa.func.trimaran_group_concat(words, separator, *group.order), sa.Text()
        )
    return _ordered(group, "string_agg", words, separator)


def _ordered(group: Group, name: str, argument: Any, *more: Any) -> Any:
    """Return PostgreSQL's form: ``f(DISTINCT x, y ORDER BY z)``."""
    given = [argument.distinct() if group.distinct else argument, *more]
    if group.order:
        given[-1] = postgresql.aggregate_order_by(given[-1], *group.order)
    clause = getattr(sa.func, name)(*given)
    return clause if group.kept is None else clause.filter(group.kept)


def _array_agg(group: Group) -> Any:
    if group.vendor == "postgresql":
        return _ordered(group, "array_agg", group.argument)
    if group.vendor == "sqlite":
        return _collected(group, group.argument, "list", text(""))
    # NULL would be left out by CASE only if JSON_ARRAYAGG left NULLs out, which it does not.
    taken = group.argument if group.kept is None else sa.case((group.kept, group.argument))
    taken = taken.distinct() if group.distinct else taken
    listed = sa.func.trimaran_json_arrayagg(taken, *group.order)
    if group.kept is not None:
        return sa.func.nullif(listed, text("[]"))
    return listed


def _json_agg(group: Group) -> Any:
    taken = inside(group.vendor, group.given, group.argument)
    if group.vendor == "postgresql":
        return sa.type_coerce(_ordered(group, "jsonb_agg", taken), postgresql.JSONB())
    if group.vendor == "sqlite":
        form = "documents" if getattr(group.given, "sql", "") in ("json", "bool") else "list"
        return _collected(group, taken, form, text(""))
    taken = taken if group.kept is None else sa.case((group.kept, taken))
    taken = taken.distinct() if group.distinct else taken
    return sa.func.trimaran_json_arrayagg(taken, *group.order)


def _collected(group: Group, argument: Any, form: str, separator: Any) -> Any:
    """Return SQLite's form: an aggregate of ours, which sorts by the keys that it is given."""
    ways = "".join("d" if _is_descending(key) else "a" for key in group.order)
    mode = text(f"{form} {'distinct' if group.distinct else 'all'} {ways}".strip())
    keys = [_key_of(key) for key in group.order]
    clause = sa.func.trimaran_collect(mode, separator, argument, *keys)
    return clause if group.kept is None else clause.filter(group.kept)


def _is_descending(clause: Any) -> bool:
    return getattr(clause, "modifier", None) is operators.desc_op


def _key_of(clause: Any) -> Any:
    return clause.element if isinstance(clause, sa.UnaryExpression) else clause


_SPECIAL: dict[str, Callable[[Group], Any]] = {
    "array_agg": _array_agg,
    "bit_and": _bits,
    "bit_or": _bits,
    "bit_xor": _bits,
    "bool_and": _truths("bool_and", "min"),
    "bool_or": _truths("bool_or", "max"),
    "json_agg": _json_agg,
    "stddev_pop": _spread,
    "stddev_samp": _spread,
    "string_agg": _string_agg,
    "var_pop": _spread,
    "var_samp": _spread,
    **dict.fromkeys(("corr", "covar_pop", "regr_intercept", "regr_r2", "regr_slope"), _pairs),
}
