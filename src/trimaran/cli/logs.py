"""Where the log goes when the command line runs the server: to standard error."""

from __future__ import annotations

import logging
import sys

import click

PRODUCTION = "%(asctime)s %(levelname)s [%(process)d] %(message)s"

_LEVEL_COLOURS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red", "DEBUG": "bright_black"}
_STATUS_COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}


def start_logging(level: str, *, access: bool, development: bool) -> None:
    """Write the log to standard error, unless the application configures logging."""
    handler = logging.StreamHandler()
    if development:
        handler.setFormatter(DevelopmentFormatter())
    else:
        handler.setFormatter(logging.Formatter(PRODUCTION))
    logging.basicConfig(handlers=[handler])
    logging.getLogger("trimaran").setLevel(level.upper())
    if development and level == "info":
        # What the server says of its start and its stop is printed in another form.
        logging.getLogger("trimaran.server").setLevel(logging.WARNING)
    logging.getLogger("trimaran.access").setLevel(logging.INFO if access else logging.WARNING)


class DevelopmentFormatter(logging.Formatter):
    """One short line a record: time, what happened; answers coloured by status."""

    def __init__(self) -> None:
        super().__init__("%(message)s", "%H:%M:%S")
        self._colour = sys.stderr.isatty()

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        """Return the line for a record."""
        when = self._paint(self.formatTime(record, self.datefmt), "bright_black")
        status = getattr(record, "status", None)
        if record.name == "trimaran.access" and status is not None:
            fields = vars(record)
            shown = self._paint(str(status), _STATUS_COLOURS.get(status // 100, "white"))
            spent = self._paint(f"{fields['ms']:.1f} ms", "bright_black")
            return f"{when} {fields['method']:<6} {_clean(fields['path'])} {shown} {spent}"
        level = record.levelname
        mark = "" if level == "INFO" else self._paint(level, _LEVEL_COLOURS.get(level, "")) + " "
        name = "" if record.name.startswith("trimaran") else f"{record.name}: "
        return f"{when} {mark}{name}{record.message}"

    def _paint(self, text: str, colour: str) -> str:
        return click.style(text, fg=colour) if self._colour and colour else text


def _clean(path: str) -> str:
    """Return a path without control characters, which could rewrite the terminal."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in path)
