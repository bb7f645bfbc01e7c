"""Which application a command works on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from trimaran.cli.failures import ApplicationError
from trimaran.errors import TrimaranError

if TYPE_CHECKING:
    from trimaran.app import App
    from trimaran.server.application import Application
    from trimaran.settings import Settings

CANDIDATES = ("app.py", "main.py")

target_argument = click.argument("target", metavar="[FILE[:app]]", required=False)


def find_target(given: str | None, settings: Settings) -> str:
    """Return the application to work on: named, set, or found in the current folder."""
    if given:
        return given
    if settings.app:
        return settings.app
    for name in CANDIDATES:
        if Path(name).is_file():
            return name
    message = (
        f"Which application? There is neither {' nor '.join(CANDIDATES)} in {Path.cwd()}."
        " Name its file, such as 'shop/app.py', or its module, 'shop.main:app';"
        ' or set TRIMARAN_APP, or app = "..." in [trimaran] of trimaran.toml.'
    )
    raise click.UsageError(message)


def load_target(target: str) -> Application:
    """Import an application; what its own code raises becomes an ``ApplicationError``."""
    from trimaran.server.loading import load_application

    try:
        return load_application(target)
    except TrimaranError:
        raise
    except Exception as error:
        raise ApplicationError(target, "imported") from error


def load_app(given: str | None) -> App:
    """Import the application of a command that needs a ``trimaran.App``."""
    from trimaran.app import App
    from trimaran.settings import load_settings

    target = find_target(given, load_settings(warn_unknown=False))
    found = load_target(target)
    if not isinstance(found, App):
        message = f"{target} holds a {type(found).__name__}; this command needs a trimaran.App."
        raise click.UsageError(message)
    return found
