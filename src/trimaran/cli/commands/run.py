"""``trimaran run``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from trimaran.cli.options import address_options, make_config
from trimaran.cli.targets import find_target, target_argument


@click.command()
@target_argument
@address_options
@click.option("--reload/--no-reload", default=True, help="Restart when a file changes.  [reload]")
@click.option(
    "--reload-dir",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False),
    help="Watch this folder; may be given several times.  [the current one]",
)
@click.option(
    "--migrate/--no-migrate",
    default=True,
    help="Make the database's tables ready at the start.  [migrate]",
)
@click.option("--access-log/--no-access-log", default=None, help="Log a line for each request.")
def run(
    target: str | None, reload: bool, folders: tuple[str, ...], migrate: bool, **given: Any
) -> None:
    """Run an application for development.

    Restarts when a file changes, shows readable error pages, makes the tables of its database.
    Never for production: the error pages show source and values to whoever asks.
    """
    from trimaran.cli.development import Development, serve_development
    from trimaran.settings import load_settings

    settings = load_settings(warn_unknown=False)
    found = find_target(target, settings)
    if given["access_log"] is None and settings.access_log is None:
        given["access_log"] = True
    config = make_config(settings, {**given, "workers": 1})
    options = Development(
        target=found, config=config, migrate=migrate, log_level=settings.log_level
    )
    if not reload:
        serve_development(options)
        return
    from trimaran.server.reload import Reloader

    watched = [Path(folder) for folder in folders] or _watched(found)
    reloader = Reloader(options.command, config, folders=watched, tell=_tell)
    sys.exit(reloader.run())


def _watched(target: str) -> list[Path]:
    """Return the current folder, and the file's own where it lies elsewhere."""
    folders = [Path.cwd()]
    place = Path(target.rpartition(":")[0] or target)
    if place.suffix == ".py" and place.exists():
        folder = place.resolve().parent
        if not folder.is_relative_to(folders[0]):
            folders.append(folder)
    return folders


def _tell(text: str) -> None:
    click.secho(text, fg="cyan", err=True)
