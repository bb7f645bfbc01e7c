"""Limits and checks of a return type, which hold for what a handler returns.

``-> Annotated[int, Meta(ge=0)]`` and ``-> list[Annotated[str, Check(f)]]`` are judged. A field of
a class is trusted to hold what it declares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import inspect as mi

from trimaran.schema.checks import ARRAY_CLASSES
from trimaran.schema.composing import run
from trimaran.schema.exactness import exact_check
from trimaran.schema.inspection import checks_of
from trimaran.schema.leaves import bounds_of, limit_breach

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.schema.composing import Convert

_LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern", "tz")


def judgement(info: mi.Type) -> Convert | None:
    """Return what judges a value that is of a type already; None for nothing.

    It returns the value to send, which a ``Check`` may have changed, and raises ``ValueError``.
    """
    bare, _ = bounds_of(info)
    inner = _inner(bare)
    own = _own(info)
    if own is None or inner is None:
        return own or inner
    return lambda value: own(inner(value))


def _own(info: mi.Type) -> Convert | None:
    bare, bounds = bounds_of(info)
    checks = [check for check in checks_of(info) if not check.before]
    limited = any(getattr(bare, name, None) is not None for name in _LIMITS)
    if not checks and not limited and bounds is None:
        return None

    def judge(value: Any) -> Any:
        broken = limit_breach(bare, bounds, value)
        if broken is not None:
            raise ValueError(broken[1])
        for check in checks:
            value = run(check, value)
        return value

    return judge


def _inner(info: Any) -> Convert | None:
    if isinstance(info, mi.UnionType):
        return _of_union(info)
    if type(info) in ARRAY_CLASSES:
        each = judgement(info.item_type)
        return None if each is None else lambda items: type(items)(map(each, items))
    if isinstance(info, mi.DictType | mi.FrozenDictType):
        of = judgement(info.value_type)
        return None if of is None else lambda items: {key: of(v) for key, v in items.items()}
    return None


def _of_union(info: mi.UnionType) -> Convert | None:
    members: list[tuple[Callable[[Any], bool] | None, Convert | None]] = [
        (exact_check(member), judgement(member)) for member in info.types
    ]
    if all(judge is None for _, judge in members):
        return None

    def judged(value: Any) -> Any:
        for fits, judge in members:
            if fits is None or fits(value):
                return value if judge is None else judge(value)
        return value

    return judged
