"""Functions of the database: ``from trimaran.db.functions import Lower``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from trimaran.db.sql.functions.text import Reverse as Reverse
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

_HOMES = {
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
    "Reverse": "trimaran.db.sql.functions.text",
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

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        message = f"module 'trimaran.db.functions' has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
