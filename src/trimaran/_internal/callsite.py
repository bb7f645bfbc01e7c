"""Where in the developer's own code something was asked for, for messages."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType, FrameType

_PACKAGE = str(Path(__file__).resolve().parent.parent) + os.sep
_PASSED_THROUGH = ("/contextlib.py", "/asyncio/", "/functools.py", "/contextvars.py")

Place = tuple["CodeType", int]
"""A code object and a line: cheap to note, made readable only when it is shown."""


def is_user_code(code: CodeType) -> bool:
    """Whether a frame of this code is the application's, not the framework's."""
    name = code.co_filename
    return not (
        name.startswith((_PACKAGE, "<"))
        or any(part in name for part in _PASSED_THROUGH)
        or "/site-packages/" in name
    )


def calling_place() -> Place | None:
    """Find the nearest frame of the application on the running stack."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if is_user_code(frame.f_code):
            return frame.f_code, frame.f_lineno
        frame = frame.f_back
    return None


def describe_place(place: Place | None) -> str:
    """Show a place as ``shop/orders.py:41 pay``; an empty string for none."""
    if place is None:
        return ""
    code, line = place
    return f"{short_path(code.co_filename)}:{line} {code.co_qualname}"


def caller() -> str:
    """Show the nearest line of the application on the running stack, and its function."""
    return describe_place(calling_place())


def callsite() -> str:
    """Return ``shop/views.py:41``, the nearest caller outside Trimaran; else nothing."""
    place = calling_place()
    return "" if place is None else f"{short_path(place[0].co_filename)}:{place[1]}"


def short_path(file: str) -> str:
    """Return the path relative to the working directory if the file is below it."""
    shown = os.path.relpath(file) if os.path.isabs(file) else file  # noqa: PTH117  a pure string test
    return file if shown.startswith("..") else shown
