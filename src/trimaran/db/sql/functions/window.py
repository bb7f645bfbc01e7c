"""Functions over windows: the rows around each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from trimaran.db.sql import kinds
from trimaran.db.sql.conditions import ordering_term, resolve_term
from trimaran.db.sql.expressions import Computed
from trimaran.db.sql.functions.aggregates import Aggregate
from trimaran.db.sql.functions.base import (
    MISUSE,
    Func,
    argument_term,
    checked_count,
    refused,
)
from trimaran.db.sql.terms import Call, Windowed

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind
    from trimaran.db.sql.table import Scope
    from trimaran.db.sql.terms import Term


class WindowFunction(Func):
    """A function that stands in ``Window`` alone."""

    __slots__ = ()
    least = 0


class _Numbered(WindowFunction):
    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return an integer."""
        return kinds.INT


class RowNumber(_Numbered):
    """The place of a row in its window: 1, 2, 3."""

    __slots__ = ()
    name = "row_number"


class Rank(_Numbered):
    """The place of a row; equal rows share one, and leave a gap: 1, 1, 3."""

    __slots__ = ()
    name = "rank"


class DenseRank(_Numbered):
    """The place of a row; equal rows share one, without a gap: 1, 1, 2."""

    __slots__ = ()
    name = "dense_rank"


class _Share(_Numbered):
    __slots__ = ()

    def kind_of(self, terms: list[Term]) -> Kind | None:
        """Return a float."""
        return kinds.FLOAT


class PercentRank(_Share):
    """The rank of a row as a share, 0 to 1."""

    __slots__ = ()
    name = "percent_rank"


class CumeDist(_Share):
    """The share of rows up to this one and equal to it."""

    __slots__ = ()
    name = "cume_dist"


class Ntile(WindowFunction):
    """The number of the bucket that a row falls into, of so many."""

    __slots__ = ("buckets",)
    name = "ntile"

    def __init__(self, num_buckets: int = 1) -> None:
        super().__init__()
        self.buckets = checked_count(self, num_buckets, least=1)

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        return Call(self.name, (), kinds.INT, option=self.buckets)


class FirstValue(WindowFunction):
    """The value of the window's first row."""

    __slots__ = ()
    name = "first_value"

    def __init__(self, expression: Any) -> None:
        super().__init__(expression)


class LastValue(FirstValue):
    """The value of the frame's last row: as a rule the row itself."""

    __slots__ = ()
    name = "last_value"


class NthValue(WindowFunction):
    """The value of the frame's n-th row, NULL where there is none."""

    __slots__ = ("nth",)
    name = "nth_value"

    def __init__(self, expression: Any, nth: int = 1) -> None:
        super().__init__(expression)
        self.nth = checked_count(self, nth, least=1)

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term = argument_term(scope, self.arguments[0])
        return Call(self.name, [term], term.kind, option=self.nth)


class Lag(WindowFunction):
    """The value so many rows before, ``default`` where there is no such row."""

    __slots__ = ("default", "offset")
    name = "lag"

    def __init__(self, expression: Any, offset: int = 1, default: Any = None) -> None:
        super().__init__(expression)
        self.offset = checked_count(self, offset)
        self.default = default

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the call."""
        term = argument_term(scope, self.arguments[0])
        terms = [term]
        if self.default is not None:
            terms.append(resolve_term(scope, self.default, term.kind))
        return Call(self.name, terms, term.kind, option=self.offset)


class Lead(Lag):
    """The value so many rows behind, ``default`` where there is no such row."""

    __slots__ = ()
    name = "lead"


_FARTHEST = 2**31 - 1


class RowRange:
    """The rows of a window that a function takes: ``RowRange(start=-2, end=0)``.

    Negative numbers are rows before, positive ones behind, 0 the row itself; None has no end.
    """

    __slots__ = ("end", "start")
    kind: ClassVar[str] = "rows"

    def __init__(self, start: int | None = None, end: int | None = None) -> None:
        for side in (start, end):
            if side is not None:
                checked_count(self, side, least=-_FARTHEST, most=_FARTHEST)
        if start is not None and end is not None and start > end:
            raise refused(
                MISUSE,
                f"{type(self).__name__} begins behind its end ({start}, {end}).",
                "Give the smaller number first.",
            )
        self.start = start
        self.end = end


class ValueRange(RowRange):
    """The rows of a window by the value that orders them."""

    __slots__ = ()
    kind = "range"


class Window(Computed[Any]):
    """A function over the rows around each row::

        Window(Rank(), partition_by="author", order_by="-price")
        Window(Sum("price"), order_by=F("day").asc(), frame=RowRange(start=-6, end=0))

    expression:   a function of windows, or an aggregate
    partition_by: one field or expression, or several
    """

    __slots__ = ("expression", "frame", "order_by", "partition_by")

    def __init__(
        self,
        expression: Any,
        *,
        partition_by: Any = (),
        order_by: Any = (),
        frame: RowRange | None = None,
    ) -> None:
        if not isinstance(expression, (WindowFunction, Aggregate)):
            raise refused(
                MISUSE,
                f"Window was given {expression!r:.60}.",
                "Give Rank(), Lag('price'), Sum('price') or another such function.",
            )
        if frame is not None and not isinstance(frame, RowRange):
            raise refused(
                MISUSE, f"Window was given the frame {frame!r:.60}.", "Give RowRange(start=-2)."
            )
        self.expression = expression
        self.partition_by = _several(partition_by)
        self.order_by = _several(order_by)
        self.frame = frame

    def __repr__(self) -> str:
        return f"Window({self.expression!r})"

    def resolved(self, scope: Scope, kind: Kind | None) -> Term:
        """Return the function and its window."""
        term = self.expression.resolved(scope, kind)
        partitions = [argument_term(scope, part) for part in self.partition_by]
        order = [ordering_term(scope, key) for key in self.order_by]
        frame = self.frame
        held = None if frame is None else (frame.kind, frame.start, frame.end)
        return Windowed(term, partitions, order, held)


def _several(given: Any) -> tuple[Any, ...]:
    return tuple(given) if isinstance(given, (list, tuple)) else (given,)
