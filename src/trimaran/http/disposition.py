"""``Content-Disposition`` of an answer (RFC 6266)."""

from __future__ import annotations

from typing import Literal, TypeAlias
from urllib.parse import quote

DispositionKind: TypeAlias = Literal["attachment", "inline"]


def content_disposition(kind: DispositionKind, filename: str) -> str:
    """Return ``attachment; filename="a.txt"``.

    A name beyond plain ASCII is given twice: with ``_`` in place of what old clients cannot read,
    and whole as ``filename*``.
    """
    name = "".join(mark if mark.isprintable() else "_" for mark in filename)
    plain = "".join(mark if mark.isascii() and mark not in '"\\%' else "_" for mark in name)
    if plain == name:
        return f'{kind}; filename="{name}"'
    encoded = quote(name, safe="!#$&+-.^_`|~", errors="replace")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
