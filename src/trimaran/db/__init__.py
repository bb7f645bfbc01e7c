"""Data: models, queries, transactions, migrations.

The names are imported when they are first used, so that a backend alone loads no model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.db import transaction as transaction
    from trimaran.db.models import Create as Create
    from trimaran.db.models import Field as Field
    from trimaran.db.models import ForeignKey as ForeignKey
    from trimaran.db.models import Index as Index
    from trimaran.db.models import Model as Model
    from trimaran.db.models import Patch as Patch
    from trimaran.db.models import Reverse as Reverse
    from trimaran.db.models import UniqueConstraint as UniqueConstraint
    from trimaran.db.models import registry as registry
    from trimaran.db.queries import F as F
    from trimaran.db.queries import Manager as Manager
    from trimaran.db.queries import Q as Q
    from trimaran.db.queries import QuerySet as QuerySet
    from trimaran.db.queries import get_object_or_404 as get_object_or_404
    from trimaran.db.sql.aggregates import Avg as Avg
    from trimaran.db.sql.aggregates import Count as Count
    from trimaran.db.sql.aggregates import Exists as Exists
    from trimaran.db.sql.aggregates import Max as Max
    from trimaran.db.sql.aggregates import Min as Min
    from trimaran.db.sql.aggregates import Subquery as Subquery
    from trimaran.db.sql.aggregates import Sum as Sum
    from trimaran.db.sql.expressions import OuterRef as OuterRef
    from trimaran.db.sql.functions import Abs as Abs
    from trimaran.db.sql.functions import Case as Case
    from trimaran.db.sql.functions import Cast as Cast
    from trimaran.db.sql.functions import Ceil as Ceil
    from trimaran.db.sql.functions import Coalesce as Coalesce
    from trimaran.db.sql.functions import Concat as Concat
    from trimaran.db.sql.functions import Extract as Extract
    from trimaran.db.sql.functions import Floor as Floor
    from trimaran.db.sql.functions import Greatest as Greatest
    from trimaran.db.sql.functions import Least as Least
    from trimaran.db.sql.functions import Length as Length
    from trimaran.db.sql.functions import Lower as Lower
    from trimaran.db.sql.functions import LTrim as LTrim
    from trimaran.db.sql.functions import Mod as Mod
    from trimaran.db.sql.functions import Now as Now
    from trimaran.db.sql.functions import NullIf as NullIf
    from trimaran.db.sql.functions import Replace as Replace
    from trimaran.db.sql.functions import Round as Round
    from trimaran.db.sql.functions import RTrim as RTrim
    from trimaran.db.sql.functions import Substr as Substr
    from trimaran.db.sql.functions import Trim as Trim
    from trimaran.db.sql.functions import TruncDay as TruncDay
    from trimaran.db.sql.functions import TruncMonth as TruncMonth
    from trimaran.db.sql.functions import TruncYear as TruncYear
    from trimaran.db.sql.functions import Upper as Upper
    from trimaran.db.sql.functions import Value as Value
    from trimaran.db.sql.functions import When as When

_HOMES = {
    "Create": "trimaran.db.models",
    "Field": "trimaran.db.models",
    "ForeignKey": "trimaran.db.models",
    "Index": "trimaran.db.models",
    "Model": "trimaran.db.models",
    "Patch": "trimaran.db.models",
    "Reverse": "trimaran.db.models",
    "UniqueConstraint": "trimaran.db.models",
    "registry": "trimaran.db.models",
    "F": "trimaran.db.queries",
    "Manager": "trimaran.db.queries",
    "Q": "trimaran.db.queries",
    "QuerySet": "trimaran.db.queries",
    "get_object_or_404": "trimaran.db.queries",
    "OuterRef": "trimaran.db.sql.expressions",
    "Abs": "trimaran.db.sql.functions",
    "Avg": "trimaran.db.sql.aggregates",
    "Case": "trimaran.db.sql.functions",
    "Cast": "trimaran.db.sql.functions",
    "Ceil": "trimaran.db.sql.functions",
    "Coalesce": "trimaran.db.sql.functions",
    "Concat": "trimaran.db.sql.functions",
    "Count": "trimaran.db.sql.aggregates",
    "Exists": "trimaran.db.sql.aggregates",
    "Extract": "trimaran.db.sql.functions",
    "Floor": "trimaran.db.sql.functions",
    "Greatest": "trimaran.db.sql.functions",
    "Least": "trimaran.db.sql.functions",
    "Length": "trimaran.db.sql.functions",
    "Lower": "trimaran.db.sql.functions",
    "LTrim": "trimaran.db.sql.functions",
    "Max": "trimaran.db.sql.aggregates",
    "Min": "trimaran.db.sql.aggregates",
    "Mod": "trimaran.db.sql.functions",
    "Now": "trimaran.db.sql.functions",
    "NullIf": "trimaran.db.sql.functions",
    "Replace": "trimaran.db.sql.functions",
    "Round": "trimaran.db.sql.functions",
    "RTrim": "trimaran.db.sql.functions",
    "Subquery": "trimaran.db.sql.aggregates",
    "Substr": "trimaran.db.sql.functions",
    "Sum": "trimaran.db.sql.aggregates",
    "Trim": "trimaran.db.sql.functions",
    "TruncDay": "trimaran.db.sql.functions",
    "TruncMonth": "trimaran.db.sql.functions",
    "TruncYear": "trimaran.db.sql.functions",
    "Upper": "trimaran.db.sql.functions",
    "Value": "trimaran.db.sql.functions",
    "When": "trimaran.db.sql.functions",
}
_MODULES = frozenset({"transaction"})

__all__ = [*_HOMES, *_MODULES]  # noqa: PLE0604  the names are strings


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"trimaran.db.{name}")
    home = _HOMES.get(name)
    if home is None:
        message = f"module 'trimaran.db' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
