"""What a thread is doing, told from its stack."""

from __future__ import annotations

import asyncio
import linecache
import os
import selectors
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from trimaran._internal.callsite import short_path

if TYPE_CHECKING:
    from types import FrameType

_LOOP = (str(Path(asyncio.__file__).parent) + os.sep, selectors.__file__)
_OWN = str(Path(__file__).resolve().parents[1]) + os.sep
_LIBRARIES = tuple(
    path + os.sep for name in ("stdlib", "purelib", "platlib") if (path := sysconfig.get_path(name))
)
_DEPTH = 30
_FOREIGN = ("<", _OWN, *_LIBRARIES)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of code that runs. stack: the calls that led there, as in a traceback."""

    file: str
    line: int
    function: str
    stack: str

    def __str__(self) -> str:
        source = linecache.getline(self.file, self.line).strip()
        shown = f": {source[:100]}" if source else ""
        return f"{short_path(self.file)}:{self.line} {self.function}{shown}"


def place_of(frame: FrameType) -> Place | None:
    """Return the innermost line of the application's own code on a stack.

    Where none is on it: the innermost line of anything but the event loop; None where the loop
    itself runs, which waits then.
    """
    calls = _calls(frame)
    if calls[0].file.startswith(_LOOP):
        return None  # it waits, or is about to
    shown = calls[0]
    for call in calls:
        if call.file.startswith(_LOOP):
            break  # what is below called the loop, and is not called by it
        if not call.file.startswith(_FOREIGN):
            shown = call
            break
    lines = [(call.file, call.line, call.function, None) for call in reversed(calls[:_DEPTH])]
    stack = "".join(traceback.StackSummary.from_list(lines).format())
    return Place(shown.file, shown.line, shown.function, stack)


class _Call(NamedTuple):
    file: str
    line: int
    function: str


def _calls(frame: FrameType) -> list[_Call]:
    """Return the calls of a stack, innermost first, before the thread has moved on much."""
    found = []
    current: FrameType | None = frame
    while current is not None:
        code = current.f_code
        found.append(_Call(code.co_filename, current.f_lineno, code.co_qualname))
        current = current.f_back
    return found
