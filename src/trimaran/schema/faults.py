"""Faults of a value, in the form FastAPI's clients know, each bounded in size."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

Fault: TypeAlias = "dict[str, Any]"
"""``{"type": "int_parsing", "loc": ["query", "limit"], "msg": "…", "input": "abc"}``."""

Loc: TypeAlias = "tuple[str | int, ...]"

MAX_FAULTS = 100
MAX_VISITS = 20_000
MAX_TEXT = 200
MAX_ITEMS = 20
MAX_DEPTH = 4
_MAX_INT = 2**63


class FaultList:
    """Collects faults, and says when there is enough of them.

    made:   conversions that telling the faults took, by their type's identity
    visits: values that may still be looked at; a body of a million items is not walked to its end
    """

    __slots__ = ("faults", "made", "visits")

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.visits = MAX_VISITS
        self.made: dict[int, Any] = {}

    @property
    def full(self) -> bool:
        """Whether collecting should stop."""
        return self.visits <= 0 or len(self.faults) >= MAX_FAULTS

    def add(
        self, kind: str, loc: Loc, *, msg: str, input: Any, ctx: dict[str, Any] | None = None
    ) -> None:
        """Add a fault; one beyond ``MAX_FAULTS`` is dropped."""
        if len(self.faults) < MAX_FAULTS:
            fault: Fault = {"type": kind, "loc": list(loc), "msg": msg, "input": shown(input)}
            if ctx:
                fault["ctx"] = ctx
            self.faults.append(fault)


def shown(value: Any, depth: int = 0) -> Any:
    """Return what of an input is echoed: a small one whole, else its beginning."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]}…"
    if isinstance(value, int):
        return value if -_MAX_INT <= value < _MAX_INT else "a very large integer"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bytes):
        return shown(value[: MAX_TEXT + 1].decode("utf-8", "replace"))
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, dict):
        pairs = list(value.items())[:MAX_ITEMS]
        echo = {shown(str(key)): shown(item, depth + 1) for key, item in pairs}
        if len(value) > MAX_ITEMS:
            echo["…"] = f"{len(value) - MAX_ITEMS} more"
        return echo
    if isinstance(value, list | tuple | set | frozenset):
        items = [shown(item, depth + 1) for item in list(value)[:MAX_ITEMS]]
        return [*items, f"… {len(value) - MAX_ITEMS} more"] if len(value) > MAX_ITEMS else items
    return shown(str(value))
