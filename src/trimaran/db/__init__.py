"""Data: models, queries, transactions, migrations.

The names are imported when they are first used, so that a backend alone loads no model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.db import transaction as transaction
    from trimaran.db.models import CheckConstraint as CheckConstraint
    from trimaran.db.models import Create as Create
    from trimaran.db.models import Field as Field
    from trimaran.db.models import FieldType as FieldType
    from trimaran.db.models import ForeignKey as ForeignKey
    from trimaran.db.models import Index as Index
    from trimaran.db.models import ManyToMany as ManyToMany
    from trimaran.db.models import ManyToManyField as ManyToManyField
    from trimaran.db.models import Model as Model
    from trimaran.db.models import OneToOne as OneToOne
    from trimaran.db.models import Patch as Patch
    from trimaran.db.models import Reverse as Reverse
    from trimaran.db.models import ReverseOne as ReverseOne
    from trimaran.db.models import UniqueConstraint as UniqueConstraint
    from trimaran.db.models import registry as registry
    from trimaran.db.models.types import Email as Email
    from trimaran.db.models.types import FileName as FileName
    from trimaran.db.models.types import ImageName as ImageName
    from trimaran.db.models.types import Int32 as Int32
    from trimaran.db.models.types import IPAddress as IPAddress
    from trimaran.db.models.types import PositiveBigInt as PositiveBigInt
    from trimaran.db.models.types import PositiveInt as PositiveInt
    from trimaran.db.models.types import PositiveSmallInt as PositiveSmallInt
    from trimaran.db.models.types import Slug as Slug
    from trimaran.db.models.types import SmallInt as SmallInt
    from trimaran.db.models.types import Url as Url
    from trimaran.db.models.types import UUIDKey as UUIDKey
    from trimaran.db.models.types import uuid7 as uuid7
    from trimaran.db.queries import F as F
    from trimaran.db.queries import Manager as Manager
    from trimaran.db.queries import Prefetch as Prefetch
    from trimaran.db.queries import Q as Q
    from trimaran.db.queries import QuerySet as QuerySet
    from trimaran.db.queries import get_object_or_404 as get_object_or_404
    from trimaran.db.queries.cte import With as With
    from trimaran.db.queries.signals import Signal as Signal
    from trimaran.db.queries.signals import class_prepared as class_prepared
    from trimaran.db.queries.signals import m2m_changed as m2m_changed
    from trimaran.db.queries.signals import post_delete as post_delete
    from trimaran.db.queries.signals import post_save as post_save
    from trimaran.db.queries.signals import pre_delete as pre_delete
    from trimaran.db.queries.signals import pre_save as pre_save
    from trimaran.db.queries.signals import receiver as receiver
    from trimaran.db.queries.strictness import set_strict_loading as set_strict_loading
    from trimaran.db.queries.strictness import strict_loading as strict_loading
    from trimaran.db.sql.expressions import OuterRef as OuterRef
    from trimaran.db.sql.functions.aggregates import AnyValue as AnyValue
    from trimaran.db.sql.functions.aggregates import ArrayAgg as ArrayAgg
    from trimaran.db.sql.functions.aggregates import ArraySubquery as ArraySubquery
    from trimaran.db.sql.functions.aggregates import Avg as Avg
    from trimaran.db.sql.functions.aggregates import BitAnd as BitAnd
    from trimaran.db.sql.functions.aggregates import BitOr as BitOr
    from trimaran.db.sql.functions.aggregates import BitXor as BitXor
    from trimaran.db.sql.functions.aggregates import BoolAnd as BoolAnd
    from trimaran.db.sql.functions.aggregates import BoolOr as BoolOr
    from trimaran.db.sql.functions.aggregates import Corr as Corr
    from trimaran.db.sql.functions.aggregates import Count as Count
    from trimaran.db.sql.functions.aggregates import CovarPop as CovarPop
    from trimaran.db.sql.functions.aggregates import Exists as Exists
    from trimaran.db.sql.functions.aggregates import JSONArrayAgg as JSONArrayAgg
    from trimaran.db.sql.functions.aggregates import JSONBAgg as JSONBAgg
    from trimaran.db.sql.functions.aggregates import Max as Max
    from trimaran.db.sql.functions.aggregates import Min as Min
    from trimaran.db.sql.functions.aggregates import RegrIntercept as RegrIntercept
    from trimaran.db.sql.functions.aggregates import RegrR2 as RegrR2
    from trimaran.db.sql.functions.aggregates import RegrSlope as RegrSlope
    from trimaran.db.sql.functions.aggregates import StdDev as StdDev
    from trimaran.db.sql.functions.aggregates import StringAgg as StringAgg
    from trimaran.db.sql.functions.aggregates import Subquery as Subquery
    from trimaran.db.sql.functions.aggregates import Sum as Sum
    from trimaran.db.sql.functions.aggregates import Variance as Variance
    from trimaran.db.sql.functions.base import Value as Value
    from trimaran.db.sql.functions.choice import Case as Case
    from trimaran.db.sql.functions.choice import When as When
    from trimaran.db.sql.functions.comparison import Cast as Cast
    from trimaran.db.sql.functions.comparison import Coalesce as Coalesce
    from trimaran.db.sql.functions.comparison import Greatest as Greatest
    from trimaran.db.sql.functions.comparison import Least as Least
    from trimaran.db.sql.functions.comparison import NullIf as NullIf
    from trimaran.db.sql.functions.dates import Extract as Extract
    from trimaran.db.sql.functions.dates import ExtractDay as ExtractDay
    from trimaran.db.sql.functions.dates import ExtractHour as ExtractHour
    from trimaran.db.sql.functions.dates import ExtractIsoWeekDay as ExtractIsoWeekDay
    from trimaran.db.sql.functions.dates import ExtractIsoYear as ExtractIsoYear
    from trimaran.db.sql.functions.dates import ExtractMinute as ExtractMinute
    from trimaran.db.sql.functions.dates import ExtractMonth as ExtractMonth
    from trimaran.db.sql.functions.dates import ExtractQuarter as ExtractQuarter
    from trimaran.db.sql.functions.dates import ExtractSecond as ExtractSecond
    from trimaran.db.sql.functions.dates import ExtractWeek as ExtractWeek
    from trimaran.db.sql.functions.dates import ExtractWeekDay as ExtractWeekDay
    from trimaran.db.sql.functions.dates import ExtractYear as ExtractYear
    from trimaran.db.sql.functions.dates import Now as Now
    from trimaran.db.sql.functions.dates import Trunc as Trunc
    from trimaran.db.sql.functions.dates import TruncDate as TruncDate
    from trimaran.db.sql.functions.dates import TruncDay as TruncDay
    from trimaran.db.sql.functions.dates import TruncHour as TruncHour
    from trimaran.db.sql.functions.dates import TruncMinute as TruncMinute
    from trimaran.db.sql.functions.dates import TruncMonth as TruncMonth
    from trimaran.db.sql.functions.dates import TruncQuarter as TruncQuarter
    from trimaran.db.sql.functions.dates import TruncSecond as TruncSecond
    from trimaran.db.sql.functions.dates import TruncTime as TruncTime
    from trimaran.db.sql.functions.dates import TruncWeek as TruncWeek
    from trimaran.db.sql.functions.dates import TruncYear as TruncYear
    from trimaran.db.sql.functions.documents import KT as KT
    from trimaran.db.sql.functions.documents import JSONArray as JSONArray
    from trimaran.db.sql.functions.documents import JSONObject as JSONObject
    from trimaran.db.sql.functions.math import Abs as Abs
    from trimaran.db.sql.functions.math import ACos as ACos
    from trimaran.db.sql.functions.math import ASin as ASin
    from trimaran.db.sql.functions.math import ATan as ATan
    from trimaran.db.sql.functions.math import ATan2 as ATan2
    from trimaran.db.sql.functions.math import Ceil as Ceil
    from trimaran.db.sql.functions.math import Cos as Cos
    from trimaran.db.sql.functions.math import Cot as Cot
    from trimaran.db.sql.functions.math import Degrees as Degrees
    from trimaran.db.sql.functions.math import Exp as Exp
    from trimaran.db.sql.functions.math import Floor as Floor
    from trimaran.db.sql.functions.math import Ln as Ln
    from trimaran.db.sql.functions.math import Log as Log
    from trimaran.db.sql.functions.math import Mod as Mod
    from trimaran.db.sql.functions.math import Pi as Pi
    from trimaran.db.sql.functions.math import Power as Power
    from trimaran.db.sql.functions.math import Radians as Radians
    from trimaran.db.sql.functions.math import Random as Random
    from trimaran.db.sql.functions.math import Round as Round
    from trimaran.db.sql.functions.math import Sign as Sign
    from trimaran.db.sql.functions.math import Sin as Sin
    from trimaran.db.sql.functions.math import Sqrt as Sqrt
    from trimaran.db.sql.functions.math import Tan as Tan
    from trimaran.db.sql.functions.search import Search as Search
    from trimaran.db.sql.functions.search import SearchHeadline as SearchHeadline
    from trimaran.db.sql.functions.search import SearchQuery as SearchQuery
    from trimaran.db.sql.functions.search import SearchRank as SearchRank
    from trimaran.db.sql.functions.search import SearchVector as SearchVector
    from trimaran.db.sql.functions.search import TrigramDistance as TrigramDistance
    from trimaran.db.sql.functions.search import TrigramSimilarity as TrigramSimilarity
    from trimaran.db.sql.functions.search import TrigramWordSimilarity as TrigramWordSimilarity
    from trimaran.db.sql.functions.text import MD5 as MD5
    from trimaran.db.sql.functions.text import SHA1 as SHA1
    from trimaran.db.sql.functions.text import SHA224 as SHA224
    from trimaran.db.sql.functions.text import SHA256 as SHA256
    from trimaran.db.sql.functions.text import SHA384 as SHA384
    from trimaran.db.sql.functions.text import SHA512 as SHA512
    from trimaran.db.sql.functions.text import Chr as Chr
    from trimaran.db.sql.functions.text import Collate as Collate
    from trimaran.db.sql.functions.text import Concat as Concat
    from trimaran.db.sql.functions.text import Left as Left
    from trimaran.db.sql.functions.text import Length as Length
    from trimaran.db.sql.functions.text import Lower as Lower
    from trimaran.db.sql.functions.text import LPad as LPad
    from trimaran.db.sql.functions.text import LTrim as LTrim
    from trimaran.db.sql.functions.text import Ord as Ord
    from trimaran.db.sql.functions.text import Repeat as Repeat
    from trimaran.db.sql.functions.text import Replace as Replace
    from trimaran.db.sql.functions.text import Right as Right
    from trimaran.db.sql.functions.text import RPad as RPad
    from trimaran.db.sql.functions.text import RTrim as RTrim
    from trimaran.db.sql.functions.text import StrIndex as StrIndex
    from trimaran.db.sql.functions.text import Substr as Substr
    from trimaran.db.sql.functions.text import Trim as Trim
    from trimaran.db.sql.functions.text import Upper as Upper
    from trimaran.db.sql.functions.window import CumeDist as CumeDist
    from trimaran.db.sql.functions.window import DenseRank as DenseRank
    from trimaran.db.sql.functions.window import FirstValue as FirstValue
    from trimaran.db.sql.functions.window import Lag as Lag
    from trimaran.db.sql.functions.window import LastValue as LastValue
    from trimaran.db.sql.functions.window import Lead as Lead
    from trimaran.db.sql.functions.window import NthValue as NthValue
    from trimaran.db.sql.functions.window import Ntile as Ntile
    from trimaran.db.sql.functions.window import PercentRank as PercentRank
    from trimaran.db.sql.functions.window import Rank as Rank
    from trimaran.db.sql.functions.window import RowNumber as RowNumber
    from trimaran.db.sql.functions.window import RowRange as RowRange
    from trimaran.db.sql.functions.window import ValueRange as ValueRange
    from trimaran.db.sql.functions.window import Window as Window
    from trimaran.db.sql.validation import ValidationError as ValidationError

_HOMES = {
    "Create": "trimaran.db.models",
    "Field": "trimaran.db.models",
    "ForeignKey": "trimaran.db.models",
    "Index": "trimaran.db.models",
    "ManyToMany": "trimaran.db.models",
    "ManyToManyField": "trimaran.db.models",
    "Model": "trimaran.db.models",
    "OneToOne": "trimaran.db.models",
    "Patch": "trimaran.db.models",
    "ReverseOne": "trimaran.db.models",
    "registry": "trimaran.db.models",
    "class_prepared": "trimaran.db.queries.signals",
    "m2m_changed": "trimaran.db.queries.signals",
    "post_delete": "trimaran.db.queries.signals",
    "post_save": "trimaran.db.queries.signals",
    "pre_delete": "trimaran.db.queries.signals",
    "pre_save": "trimaran.db.queries.signals",
    "receiver": "trimaran.db.queries.signals",
    "Signal": "trimaran.db.queries.signals",
    "ValidationError": "trimaran.db.sql.validation",
    "CheckConstraint": "trimaran.db.models",
    "FieldType": "trimaran.db.models",
    "Email": "trimaran.db.models.types",
    "FileName": "trimaran.db.models.types",
    "ImageName": "trimaran.db.models.types",
    "Int32": "trimaran.db.models.types",
    "IPAddress": "trimaran.db.models.types",
    "PositiveBigInt": "trimaran.db.models.types",
    "PositiveInt": "trimaran.db.models.types",
    "PositiveSmallInt": "trimaran.db.models.types",
    "Slug": "trimaran.db.models.types",
    "SmallInt": "trimaran.db.models.types",
    "Url": "trimaran.db.models.types",
    "UUIDKey": "trimaran.db.models.types",
    "uuid7": "trimaran.db.models.types",
    "UniqueConstraint": "trimaran.db.models",
    "F": "trimaran.db.queries",
    "get_object_or_404": "trimaran.db.queries",
    "Manager": "trimaran.db.queries",
    "Q": "trimaran.db.queries",
    "With": "trimaran.db.queries.cte",
    "set_strict_loading": "trimaran.db.queries.strictness",
    "strict_loading": "trimaran.db.queries.strictness",
    "Prefetch": "trimaran.db.queries",
    "QuerySet": "trimaran.db.queries",
    "AnyValue": "trimaran.db.sql.functions.aggregates",
    "ArrayAgg": "trimaran.db.sql.functions.aggregates",
    "ArraySubquery": "trimaran.db.sql.functions.aggregates",
    "Avg": "trimaran.db.sql.functions.aggregates",
    "BitAnd": "trimaran.db.sql.functions.aggregates",
    "BitOr": "trimaran.db.sql.functions.aggregates",
    "BitXor": "trimaran.db.sql.functions.aggregates",
    "BoolAnd": "trimaran.db.sql.functions.aggregates",
    "BoolOr": "trimaran.db.sql.functions.aggregates",
    "Corr": "trimaran.db.sql.functions.aggregates",
    "Count": "trimaran.db.sql.functions.aggregates",
    "CovarPop": "trimaran.db.sql.functions.aggregates",
    "Exists": "trimaran.db.sql.functions.aggregates",
    "JSONArrayAgg": "trimaran.db.sql.functions.aggregates",
    "JSONBAgg": "trimaran.db.sql.functions.aggregates",
    "Max": "trimaran.db.sql.functions.aggregates",
    "Min": "trimaran.db.sql.functions.aggregates",
    "RegrIntercept": "trimaran.db.sql.functions.aggregates",
    "RegrR2": "trimaran.db.sql.functions.aggregates",
    "RegrSlope": "trimaran.db.sql.functions.aggregates",
    "StdDev": "trimaran.db.sql.functions.aggregates",
    "StringAgg": "trimaran.db.sql.functions.aggregates",
    "Subquery": "trimaran.db.sql.functions.aggregates",
    "Sum": "trimaran.db.sql.functions.aggregates",
    "Variance": "trimaran.db.sql.functions.aggregates",
    "OuterRef": "trimaran.db.sql.expressions",
    "Value": "trimaran.db.sql.functions.base",
    "Case": "trimaran.db.sql.functions.choice",
    "When": "trimaran.db.sql.functions.choice",
    "Cast": "trimaran.db.sql.functions.comparison",
    "Coalesce": "trimaran.db.sql.functions.comparison",
    "Greatest": "trimaran.db.sql.functions.comparison",
    "Least": "trimaran.db.sql.functions.comparison",
    "NullIf": "trimaran.db.sql.functions.comparison",
    "Extract": "trimaran.db.sql.functions.dates",
    "ExtractDay": "trimaran.db.sql.functions.dates",
    "ExtractHour": "trimaran.db.sql.functions.dates",
    "ExtractIsoWeekDay": "trimaran.db.sql.functions.dates",
    "ExtractIsoYear": "trimaran.db.sql.functions.dates",
    "ExtractMinute": "trimaran.db.sql.functions.dates",
    "ExtractMonth": "trimaran.db.sql.functions.dates",
    "ExtractQuarter": "trimaran.db.sql.functions.dates",
    "ExtractSecond": "trimaran.db.sql.functions.dates",
    "ExtractWeek": "trimaran.db.sql.functions.dates",
    "ExtractWeekDay": "trimaran.db.sql.functions.dates",
    "ExtractYear": "trimaran.db.sql.functions.dates",
    "Now": "trimaran.db.sql.functions.dates",
    "Trunc": "trimaran.db.sql.functions.dates",
    "TruncDate": "trimaran.db.sql.functions.dates",
    "TruncDay": "trimaran.db.sql.functions.dates",
    "TruncHour": "trimaran.db.sql.functions.dates",
    "TruncMinute": "trimaran.db.sql.functions.dates",
    "TruncMonth": "trimaran.db.sql.functions.dates",
    "TruncQuarter": "trimaran.db.sql.functions.dates",
    "TruncSecond": "trimaran.db.sql.functions.dates",
    "TruncTime": "trimaran.db.sql.functions.dates",
    "TruncWeek": "trimaran.db.sql.functions.dates",
    "TruncYear": "trimaran.db.sql.functions.dates",
    "JSONArray": "trimaran.db.sql.functions.documents",
    "JSONObject": "trimaran.db.sql.functions.documents",
    "KT": "trimaran.db.sql.functions.documents",
    "Abs": "trimaran.db.sql.functions.math",
    "ACos": "trimaran.db.sql.functions.math",
    "ASin": "trimaran.db.sql.functions.math",
    "ATan": "trimaran.db.sql.functions.math",
    "ATan2": "trimaran.db.sql.functions.math",
    "Ceil": "trimaran.db.sql.functions.math",
    "Cos": "trimaran.db.sql.functions.math",
    "Cot": "trimaran.db.sql.functions.math",
    "Degrees": "trimaran.db.sql.functions.math",
    "Exp": "trimaran.db.sql.functions.math",
    "Floor": "trimaran.db.sql.functions.math",
    "Ln": "trimaran.db.sql.functions.math",
    "Log": "trimaran.db.sql.functions.math",
    "Mod": "trimaran.db.sql.functions.math",
    "Pi": "trimaran.db.sql.functions.math",
    "Power": "trimaran.db.sql.functions.math",
    "Radians": "trimaran.db.sql.functions.math",
    "Random": "trimaran.db.sql.functions.math",
    "Round": "trimaran.db.sql.functions.math",
    "Sign": "trimaran.db.sql.functions.math",
    "Sin": "trimaran.db.sql.functions.math",
    "Sqrt": "trimaran.db.sql.functions.math",
    "Tan": "trimaran.db.sql.functions.math",
    "Search": "trimaran.db.sql.functions.search",
    "SearchHeadline": "trimaran.db.sql.functions.search",
    "SearchQuery": "trimaran.db.sql.functions.search",
    "SearchRank": "trimaran.db.sql.functions.search",
    "SearchVector": "trimaran.db.sql.functions.search",
    "TrigramDistance": "trimaran.db.sql.functions.search",
    "TrigramSimilarity": "trimaran.db.sql.functions.search",
    "TrigramWordSimilarity": "trimaran.db.sql.functions.search",
    "Chr": "trimaran.db.sql.functions.text",
    "Collate": "trimaran.db.sql.functions.text",
    "Concat": "trimaran.db.sql.functions.text",
    "Left": "trimaran.db.sql.functions.text",
    "Length": "trimaran.db.sql.functions.text",
    "Lower": "trimaran.db.sql.functions.text",
    "LPad": "trimaran.db.sql.functions.text",
    "LTrim": "trimaran.db.sql.functions.text",
    "MD5": "trimaran.db.sql.functions.text",
    "Ord": "trimaran.db.sql.functions.text",
    "Repeat": "trimaran.db.sql.functions.text",
    "Replace": "trimaran.db.sql.functions.text",
    "Reverse": "trimaran.db.models",
    "Right": "trimaran.db.sql.functions.text",
    "RPad": "trimaran.db.sql.functions.text",
    "RTrim": "trimaran.db.sql.functions.text",
    "SHA1": "trimaran.db.sql.functions.text",
    "SHA224": "trimaran.db.sql.functions.text",
    "SHA256": "trimaran.db.sql.functions.text",
    "SHA384": "trimaran.db.sql.functions.text",
    "SHA512": "trimaran.db.sql.functions.text",
    "StrIndex": "trimaran.db.sql.functions.text",
    "Substr": "trimaran.db.sql.functions.text",
    "Trim": "trimaran.db.sql.functions.text",
    "Upper": "trimaran.db.sql.functions.text",
    "CumeDist": "trimaran.db.sql.functions.window",
    "DenseRank": "trimaran.db.sql.functions.window",
    "FirstValue": "trimaran.db.sql.functions.window",
    "Lag": "trimaran.db.sql.functions.window",
    "LastValue": "trimaran.db.sql.functions.window",
    "Lead": "trimaran.db.sql.functions.window",
    "NthValue": "trimaran.db.sql.functions.window",
    "Ntile": "trimaran.db.sql.functions.window",
    "PercentRank": "trimaran.db.sql.functions.window",
    "Rank": "trimaran.db.sql.functions.window",
    "RowNumber": "trimaran.db.sql.functions.window",
    "RowRange": "trimaran.db.sql.functions.window",
    "ValueRange": "trimaran.db.sql.functions.window",
    "Window": "trimaran.db.sql.functions.window",
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
