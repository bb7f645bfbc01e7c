"""Reading ``.env`` files: ``NAME=value`` lines, as shells and Docker write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_VALUE_LINES = 200

_START = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)\s*=[ \t]*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


class Entry(NamedTuple):
    """One line of a ``.env`` file: ``value`` is None where the line cannot be read."""

    line: int
    name: str
    value: str | None


def parse_dotenv(text: str) -> Iterator[Entry]:
    r"""Yield every entry of a ``.env`` file.

    ``A=plain  # comment``, ``B='as it stands'``, ``C="with\nescapes"``; a quoted value may span
    lines; ``export`` in front is allowed; variables inside values are not replaced.
    """
    lines = text.lstrip("\ufeff").splitlines()
    index = 0
    while index < len(lines):
        number, line = index + 1, lines[index]
        index += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        start = _START.match(line)
        if start is None:
            yield Entry(number, line.strip().split("=")[0][:40], None)
            continue
        rest = line[start.end() :]
        if rest[:1] not in {"'", '"'}:
            yield Entry(number, start["name"], re.split(r"(?:^|\s)#", rest, maxsplit=1)[0].strip())
            continue
        end = _closing_quote(rest)
        while end < 0 and index < min(len(lines), number + MAX_VALUE_LINES):
            rest += "\n" + lines[index]
            index += 1
            end = _closing_quote(rest)
        trailing = rest[end + 1 :].strip() if end > 0 else "unclosed"
        if trailing and not (end > 0 and trailing.startswith("#")):
            index = number
            yield Entry(number, start["name"], None)
            continue
        inner = rest[1:end]
        yield Entry(number, start["name"], inner if rest[0] == "'" else _unescape(inner))


def _closing_quote(text: str) -> int:
    quote, at = text[0], 1
    while at < len(text):
        if text[at] == quote:
            return at
        at += 2 if text[at] == "\\" and quote == '"' else 1
    return -1


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text)
