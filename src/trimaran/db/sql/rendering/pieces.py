"""Constants of SQL text: what is part of a function itself."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

NUMBERS = frozenset({"bigint", "float", "decimal"})
_SAFE = re.compile(r"[^\\\0]*")


def text(value: str) -> Any:
    """Return a text that is part of a function itself: never a value from outside."""
    if not _SAFE.fullmatch(value):
        raise ValueError(value)
    doubled = value.replace("'", "''")
    return sa.literal_column(f"'{doubled}'")


def number(value: int) -> Any:
    """Return a whole number that is part of a function itself."""
    return sa.literal_column(str(int(value)))


def joined(*parts: Any) -> Any:
    """Return texts joined by ``||``."""
    made = parts[0]
    for part in parts[1:]:
        made = made.op("||")(part)
    return sa.type_coerce(made.self_group(), sa.Text())
