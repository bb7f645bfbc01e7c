"""What an exception tells a developer: frames, source, values, no secrets."""

from __future__ import annotations

import linecache
import re
import reprlib
import sys
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimaran._internal.redaction import HIDDEN, is_sensitive, redact_urls
from trimaran.errors import TrimaranError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

CONTEXT_BEFORE = 6
CONTEXT_AFTER = 4
MAX_FRAMES = 60
MAX_LOCALS = 40
MAX_CHAIN = 8
MAX_VALUE = 400

# password='x', "token": "x", (b'cookie', b'x'), authorization: Bearer x: a name, what joins it to
# its value, and the value in quotes or not.
_PAIR = re.compile(
    r"""(?P<name>[A-Za-z_][\w\-]{0,60})(?P<join>['"]?\s{0,3}[=:]\s{0,3}|['"]\s{0,3},\s{0,3})"""
    r"""(?P<value>b?'(?:[^'\\]|\\.)*'|b?"(?:[^"\\]|\\.)*"|"""
    r"""(?:(?:Bearer|Basic|Digest|Token)\s+)?[^\s,;&)\]}'"]+)""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """One line of source. mark: where the fault lies on it, first and last column."""

    number: int
    text: str
    current: bool
    mark: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One call. is_user: it is the developer's own code, not a library's."""

    file: str
    line: int
    function: str
    is_user: bool
    source: tuple[SourceLine, ...]
    values: tuple[tuple[str, str], ...]

    @property
    def place(self) -> str:
        """``shop/views.py:41 in show``."""
        return f"{self.file}:{self.line} in {self.function}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReport:
    """One exception. relation: how it stands to the one before it in the chain."""

    kind: str
    message: str
    relation: str
    id: str
    mend: str
    where: str
    notes: tuple[str, ...]
    frames: tuple[Frame, ...]

    @property
    def user_frames(self) -> tuple[Frame, ...]:
        """The developer's own frames, where the exception was raised first."""
        return tuple(frame for frame in reversed(self.frames) if frame.is_user)


def report_errors(error: BaseException) -> list[ErrorReport]:
    """Return the exception and what it was caused by, the exception itself first."""
    reports: list[ErrorReport] = []
    seen: set[int] = set()
    queue: list[tuple[BaseException, str]] = [(error, "")]
    while queue and len(reports) < MAX_CHAIN:
        current, relation = queue.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        reports.append(_report(current, relation))
        if isinstance(current, BaseExceptionGroup):
            queue += [(one, "Part of the group") for one in current.exceptions]
        if current.__cause__ is not None:
            queue.append((current.__cause__, "Caused by"))
        elif current.__context__ is not None and not current.__suppress_context__:
            queue.append((current.__context__, "Raised while handling"))
    return reports


def show_value(value: Any) -> str:
    """Return a short ``repr`` without secrets; never raises."""
    try:
        text = _REPR.repr(value)
    except Exception as error:  # noqa: BLE001  a value's own repr may do anything
        text = f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"
    return hide_secrets(text)[:MAX_VALUE]


def hide_secrets(text: str) -> str:
    """Hide what stands beside a secret's name in a text, and the passwords of URLs.

    Lone surrogates are escaped, so that any answer can carry the text.
    """

    def hide(pair: re.Match[str]) -> str:
        if not is_sensitive(pair["name"]):
            return pair[0]
        return f"{pair['name']}{pair['join']}{HIDDEN}"

    shown = redact_urls(_PAIR.sub(hide, text))
    return shown.encode("utf-8", "backslashreplace").decode()


def _report(error: BaseException, relation: str) -> ErrorReport:
    kind = type(error)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    ours = error if isinstance(error, TrimaranError) else None
    try:
        message = ours.what if ours else str(error)
    except Exception as fault:  # noqa: BLE001  an exception's own __str__ may do anything
        message = f"<its __str__ raised {type(fault).__name__}>"
    return ErrorReport(
        kind=f"{module}{kind.__qualname__}",
        message=hide_secrets(message)[:4000],
        relation=relation,
        id=ours.id if ours else "",
        mend=ours.mend if ours else "",
        where=ours.where if ours else "",
        notes=tuple(hide_secrets(str(note)) for note in getattr(error, "__notes__", ())),
        frames=(*_frames(error.__traceback__), *_syntax_frame(error)),
    )


def _frames(trace: TracebackType | None) -> Iterator[Frame]:
    calls = list(traceback.walk_tb(trace))
    summaries = traceback.extract_tb(trace)
    if len(calls) > MAX_FRAMES:
        keep = MAX_FRAMES // 3
        calls = calls[:keep] + calls[keep - MAX_FRAMES :]
        summaries = traceback.StackSummary.from_list(
            summaries[:keep] + summaries[keep - MAX_FRAMES :]
        )
    for (frame, line), summary in zip(calls, summaries, strict=True):
        code = frame.f_code
        is_user = is_user_file(code.co_filename)
        yield Frame(
            file=shorten(code.co_filename),
            line=line,
            function=code.co_qualname,
            is_user=is_user,
            source=tuple(_source(code.co_filename, line, summary, frame.f_globals)),
            values=tuple(_values(frame.f_locals.items())) if is_user else (),
        )


def _syntax_frame(error: BaseException) -> Iterator[Frame]:
    """Yield the place of a syntax error, which no call of a traceback names."""
    if not isinstance(error, SyntaxError) or error.filename is None or error.lineno is None:
        return
    start = (error.offset or 1) - 1
    end = error.end_offset - 1 if error.end_offset and error.end_offset > 0 else start + 1
    summary = traceback.FrameSummary(
        error.filename, error.lineno, "", colno=start, end_colno=end, end_lineno=error.lineno
    )
    linecache.checkcache(error.filename)
    yield Frame(
        file=shorten(error.filename),
        line=error.lineno,
        function="<module>",
        is_user=is_user_file(error.filename),
        source=tuple(_source(error.filename, error.lineno, summary, {})),
        values=(),
    )


def _values(items: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    shown = 0
    for name, value in list(items):
        if name.startswith("__") or shown >= MAX_LOCALS:
            continue
        shown += 1
        yield name, HIDDEN if is_sensitive(name) else show_value(value)


def _source(
    file: str, line: int, summary: traceback.FrameSummary, names: dict[str, Any]
) -> Iterator[SourceLine]:
    lines = linecache.getlines(file, names)
    for number in range(max(1, line - CONTEXT_BEFORE), min(len(lines), line + CONTEXT_AFTER) + 1):
        text = lines[number - 1].rstrip("\n")
        mark = _mark(text, summary) if number == line else None
        yield SourceLine(number=number, text=text, current=number == line, mark=mark)


def _mark(text: str, summary: traceback.FrameSummary) -> tuple[int, int] | None:
    start, end = summary.colno, summary.end_colno
    if start is None or end is None:
        return None
    data = text.encode()
    if summary.end_lineno != summary.lineno:
        end = len(data)
    first = len(data[:start].decode(errors="replace"))
    last = len(data[:end].decode(errors="replace"))
    return (first, last) if first < last else None


_LIBRARIES = tuple(
    {
        str(Path(sysconfig.get_path(name)).resolve()) + "/"
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
    | {str(Path(__file__).resolve().parent.parent) + "/", str(Path(sys.prefix).resolve()) + "/lib"}
)


def is_user_file(file: str) -> bool:
    """Tell whether a file is the developer's own: no library, no generated code."""
    if file.startswith("<"):
        return False
    path = str(Path(file).resolve())
    return not path.startswith(_LIBRARIES) and "/site-packages/" not in path


def shorten(file: str) -> str:
    """Return a file relative to the current folder where it lies in it, else as it is."""
    try:
        return str(Path(file).resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        for library in sorted(_LIBRARIES, key=len, reverse=True):
            if file.startswith(library):
                return file.removeprefix(str(Path(library).parent) + "/")
        return file


class _Repr(reprlib.Repr):
    """Short representations in which dictionaries keep their secrets."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 200
        self.maxlong = 60
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = 12
        self.maxlevel = 4

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """Return a dictionary whose secret keys hide their values."""
        if level <= 0:
            return "{...}" if x else "{}"
        pieces = []
        for at, (key, value) in enumerate(x.items()):
            if at == self.maxdict:
                pieces.append("...")
                break
            secret = isinstance(key, str) and is_sensitive(key)
            shown = HIDDEN if secret else self.repr1(value, level - 1)
            pieces.append(f"{self.repr1(key, level - 1)}: {shown}")
        return "{" + ", ".join(pieces) + "}"


_REPR = _Repr()
