"""What a statement is, told from its first words."""

from __future__ import annotations

import re
from typing import Literal

from trimaran._internal.callsite import caller
from trimaran.db.backends.faults import transaction_by_hand

Kind = Literal["read", "write"]

_LEADING = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*", re.DOTALL)
_WORD = re.compile(r"[a-zA-Z]+")
_WRITES = re.compile(r"\b(?:insert|update|delete|replace(?!\s*\()|merge|into)\b", re.IGNORECASE)
_LOCKS = re.compile(r"\bfor\s+(?:no\s+key\s+)?(?:update|share|key\s+share)\b", re.IGNORECASE)
CONTROL = frozenset(
    {"begin", "start", "commit", "end", "abort", "rollback", "savepoint", "release"}
)
"""First words of statements that begin and end transactions."""
KNOWN: dict[str, Kind] = {}
"""Statements judged before; bounded, and cleared when it is full."""
_MOSTKNOWN = 4096


def first_word(sql: str) -> str:
    """Return the statement's first keyword in lower case, behind any comments."""
    start = _LEADING.match(sql)
    word = _WORD.match(sql, start.end() if start else 0)
    return word[0].lower() if word else ""


def kind_of(sql: str) -> Kind:
    """Tell a plain read from everything else; in doubt it is a write.

    Raises ``TransactionError`` (``TRI-DB-044``) for ``BEGIN``, ``COMMIT`` and their like.
    """
    kind = KNOWN.get(sql)
    if kind is None:
        kind = _judge(sql)
        if len(KNOWN) >= _MOSTKNOWN:
            KNOWN.clear()
        KNOWN[sql] = kind
    return kind


def _judge(sql: str) -> Kind:
    word = first_word(sql)
    if word in CONTROL:
        raise transaction_by_hand(word, caller())
    if word in {"select", "values", "with", "table"}:
        return "write" if _WRITES.search(sql) or _LOCKS.search(sql) else "read"
    return "write"
