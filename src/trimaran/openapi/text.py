"""A document as text: JSON or YAML, always the same for the same document."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Format: TypeAlias = Literal["json", "yaml"]

_PLAIN = re.compile(r"[A-Za-z_/$#][A-Za-z0-9_/$#.+-]*(?: [A-Za-z0-9_/$.+-]+)*")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def write_document(document: dict[str, Any], form: Format = "json") -> str:
    """Return a document as indented text that ends with a line break."""
    if form == "json":
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return "\n".join(_lines(document, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Yield the lines of an object or array that is not empty, in block style (YAML 1.2)."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _entry(f"{indent}{_scalar(str(key))}:", item, indent)
        return
    for item in value:
        if isinstance(item, dict | list) and item:
            first, *rest = _lines(item, f"{indent}  ")
            yield f"{indent}- {first[len(indent) + 2 :]}"
            yield from rest
        else:
            yield from _entry(f"{indent}-", item, indent)


def _entry(start: str, item: Any, indent: str) -> Iterator[str]:
    if isinstance(item, dict | list) and item:
        yield start
        yield from _lines(item, f"{indent}  ")
    elif isinstance(item, str) and _is_block(item):
        yield f"{start} |-"
        for line in item.split("\n"):
            yield f"{indent}  {line}" if line else ""
    else:
        yield f"{start} {_scalar(item)}"


def _is_block(text: str) -> bool:
    """Whether a text keeps its form as a literal block: lines, the first not indented."""
    if "\n" not in text or text[0] in " \n" or text.endswith("\n"):
        return False
    return all(char == "\n" or (char.isprintable() and char != "\ufeff") for char in text)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    plain = _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT and not value.endswith(".")
    if plain and value[0] != "#" and " #" not in value:
        return value
    # A JSON text is a double-quoted YAML text too, but for characters that are not printable.
    quoted = json.dumps(value, ensure_ascii=False)
    if value.isprintable():
        return quoted
    return "".join(char if char.isprintable() else _escaped(char) for char in quoted)


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
