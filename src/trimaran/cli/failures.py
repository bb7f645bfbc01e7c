"""Failures, told on a terminal: what, where, how to mend; tracebacks cut short."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import click

from trimaran.errors import ConfigurationErrors, TrimaranError

if TYPE_CHECKING:
    from collections.abc import Iterator


SHELL = "<shell>"
"""The file name of what is typed into ``trimaran shell``."""


class ApplicationError(Exception):
    """The application's own code raised while it was started: ``__cause__``."""

    def __init__(self, target: str, doing: str) -> None:
        super().__init__(f"{target} failed while it was {doing}.")


def explain(error: BaseException) -> str:
    """Return the text for a failure, styled where the terminal can show it."""
    if isinstance(error, ApplicationError):
        cause = error.__cause__
        if isinstance(cause, TrimaranError):
            return explain(cause)
        return f"{_headline(str(error))}\n\n{trimmed_traceback(cause)}" if cause else str(error)
    if isinstance(error, ConfigurationErrors):
        told = "\n\n".join(_told(one) for one in error.errors)
        if len(error.errors) == 1:
            return told
        return f"{_headline(f'{len(error.errors)} faults in the configuration')}\n\n{told}"
    if isinstance(error, TrimaranError):
        return _told(error)
    return trimmed_traceback(error)


def trimmed_traceback(error: BaseException) -> str:
    """Return a traceback that shows the user's own frames alone, if there are any."""
    report = traceback.TracebackException.from_exception(error)
    for part in _parts(report):
        own = [frame for frame in part.stack if _is_own(frame.filename)]
        if own:
            part.stack = traceback.StackSummary.from_list(own)
        elif isinstance(error, SyntaxError):
            part.stack = traceback.StackSummary()
    return "".join(report.format()).rstrip()


def _headline(text: str) -> str:
    return click.style(text, fg="red", bold=True)


def _told(error: TrimaranError) -> str:
    lines = [f"{_headline(error.id)} {error.what}"]
    if error.where:
        lines.append(f"  where  {error.where}")
    if error.mend:
        lines.append(f"  {click.style('mend', fg='green')}   {error.mend}")
    return "\n".join(lines)


def _parts(report: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    waiting: list[traceback.TracebackException | None] = [report]
    seen: set[int] = set()
    while waiting:
        part = waiting.pop()
        if part is None or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        waiting += [part.__cause__, part.__context__, *(part.exceptions or ())]


def _is_own(file: str) -> bool:
    from trimaran.handlers.error_report import is_user_file

    return file == SHELL or is_user_file(file)
