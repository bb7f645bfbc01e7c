"""The serving half of ``trimaran run``, a process of its own under the watcher."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import click

from trimaran.cli.failures import ApplicationError, explain
from trimaran.cli.logs import start_logging
from trimaran.cli.targets import load_target
from trimaran.errors import ConfigurationError, TrimaranError
from trimaran.server.config import ServerConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimaran.app import App
    from trimaran.db.backends.base import Database
    from trimaran.http.endpoint import Endpoint
    from trimaran.server.application import Application
    from trimaran.server.lifecycle import Server

# At a restart nobody should wait for a browser's idle connection, nor long for a slow answer.
DRAIN_GRACE, DRAIN_TIMEOUT = 0.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Development:
    """How to serve in development.

    lifeline: a pipe's reading end whose end of file means that the parent died
    watched:  a parent restarts this process at a change: a broken application is served as a page
              that says what is wrong, instead of ending the process
    first:    whether to print the addresses
    began:    when the start began, in seconds since 1970
    """

    target: str
    config: ServerConfig
    migrate: bool
    log_level: str
    lifeline: int | None = None
    watched: bool = False
    first: bool = True
    began: float = field(default_factory=time.time)

    def command(self, listener: int, lifeline: int, first: bool) -> list[str]:
        """Return the command line of a process that serves on an inherited socket."""
        values = {
            "target": self.target,
            "config": replace(self.config, fd=listener).as_dict(),
            "migrate": self.migrate,
            "log_level": self.log_level,
            "lifeline": lifeline,
            "watched": True,
            "first": first,
            "began": self.began if first else time.time(),
        }
        return [sys.executable, "-m", "trimaran.cli.development", json.dumps(values)]


class DevelopmentApp:
    """An application whose database is made ready first. note: what was done to it."""

    def __init__(self, app: Application, *, migrate: bool) -> None:
        self._app = app
        self._migrate = migrate
        self._database: Database | None = None
        self.note = ""

    def resolve(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        """Return the application's own endpoint."""
        return self._app.resolve(method, path)

    async def startup(self) -> None:
        """Install the database, make its tables, start the application."""
        if self._migrate and _uses_models(self._app):
            from trimaran.cli.tables import prepare_database
            from trimaran.db.backends import registry

            self._database = registry.open_database(self._app.database_url)  # type: ignore[attr-defined]  # checked by _uses_models
            registry.install(self._database)
            self.note = await prepare_database(self._database, self._app.settings)  # type: ignore[attr-defined]  # checked by _uses_models
        await self._app.startup()

    async def shutdown(self) -> None:
        """Stop the application and close its database."""
        await self._app.shutdown()
        if self._database is not None:
            from trimaran.db.backends import registry

            registry.uninstall(self._database.alias)
            await self._database.close()


class BrokenApp:
    """Stands in for an application that cannot start: every path explains why."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def resolve(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        """Return an endpoint that shows the error."""
        from trimaran.handlers.error_page import render
        from trimaran.http.endpoint import Endpoint

        return Endpoint(lambda request: render(request, self._error), label="broken"), {}

    async def startup(self) -> None:
        """Nothing to start."""

    async def shutdown(self) -> None:
        """Nothing to stop."""


def serve_development(options: Development) -> None:
    """Serve an application until SIGTERM or SIGINT.

    Raises ``TrimaranError`` or ``ApplicationError`` where it cannot be imported or started, unless
    a parent is waiting for a change.
    """
    from trimaran.server.lifecycle import serve

    start_logging(options.log_level, access=options.config.access_log, development=True)
    config = replace(options.config, drain_grace=DRAIN_GRACE, drain_timeout=DRAIN_TIMEOUT)
    config = replace(config, guard_loud=True)
    try:
        _serve_app(options, config, serve)
    except (TrimaranError, ApplicationError) as error:
        if not options.watched:
            raise
        click.echo(explain(error), err=True)
        click.secho("Waiting for a change.", fg="cyan", err=True)
        cause = error.__cause__ if isinstance(error, ApplicationError) else error
        broken = BrokenApp(cause if isinstance(cause, Exception) else error)
        serve(broken, config, lifeline=options.lifeline)


def _serve_app(options: Development, config: ServerConfig, serve: Callable[..., None]) -> None:
    app = load_target(options.target)
    if hasattr(app, "debug"):
        cast("App", app).debug = True
    prepared = DevelopmentApp(app, migrate=options.migrate)

    def ready(server: Server) -> None:
        _print_banner(app, server.address, prepared.note, options)

    # A failed start closes the socket it was given; the parent's has to outlive it.
    own = config if config.fd is None else replace(config, fd=os.dup(config.fd))
    try:
        serve(prepared, own, ready=ready, lifeline=options.lifeline)
    except TrimaranError:
        raise
    except Exception as error:
        raise ApplicationError(options.target, "started") from error


def _uses_models(app: Application) -> bool:
    if "trimaran.db.models" not in sys.modules or not hasattr(app, "database_url"):
        return False
    from trimaran.db.backends import registry

    return not registry.databases()


def _print_banner(app: Application, address: str, note: str, options: Development) -> None:
    spent = time.time() - options.began

    def row(name: str, value: str) -> str:
        return f"  {click.style(f'{name:<12}', fg='bright_black')}{value}"

    lines = []
    if options.first:
        import trimaran

        title = getattr(app, "title", "The application")
        heading = click.style(f"{title}", bold=True, fg="green")
        lines += ["", f"  {heading} on Trimaran {trimaran.__version__}, in development", ""]
        lines.append(row("Address", click.style(address, bold=True)))
        for name, path in (("API docs", "docs_url"), ("ReDoc", "redoc_url")):
            link = getattr(app, path, None)
            if link and getattr(app, "openapi_url", None) and not address.startswith("unix:"):
                lines.append(row(name, address + link))
    if note:
        lines.append(row("Database", note))
    if options.first:
        stop = "Restarts when a file changes. " if options.watched else ""
        lines += [row("", f"{stop}Ctrl-C stops. Ready in {spent * 1000:.0f} ms."), ""]
    else:
        lines.append(f"Ready again on {address} after {spent * 1000:.0f} ms.")
    click.echo("\n".join(lines), err=True)


def main(encoded: str) -> None:
    """Serve what a parent described as JSON; exit with 1 where that is impossible."""
    values = json.loads(encoded)
    options = Development(**{**values, "config": ServerConfig.from_dict(values["config"])})
    try:
        serve_development(options)
    except ConfigurationError as error:
        click.echo(explain(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
