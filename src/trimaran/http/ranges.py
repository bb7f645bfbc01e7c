"""``Range`` headers (RFC 9110, 14)."""

from __future__ import annotations

import re
from typing import TypeAlias

Span: TypeAlias = "tuple[int, int]"
"""The first byte, and the one behind the last."""

MAX_RANGES = 16
"""A request for more of them gets the whole: no honest client sends one."""

_SPEC = re.compile(r"[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*")


def parse_range(header: str, size: int) -> list[Span] | None:
    """Return the parts of a body of this size that a ``Range`` asks for.

    None where the header is not understood and the whole is to be sent; an empty list where
    nothing that it asks for exists (416). Parts that touch or overlap become one, in order.
    """
    unit, _, specs = header.partition("=")
    if unit.strip().lower() != "bytes":
        return None
    pieces = specs.split(",", MAX_RANGES)
    if len(pieces) > MAX_RANGES:
        return None
    spans: list[Span] = []
    for piece in pieces:
        found = _SPEC.fullmatch(piece)
        if found is None or found[0].strip() == "-":
            return None
        first, last = found.groups()
        if first and last and int(last) < int(first):
            return None
        start = int(first) if first else max(0, size - int(last))
        stop = min(int(last) + 1, size) if first and last else size
        if start < stop:
            spans.append((start, stop))
    return _joined(spans)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, stop in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined
