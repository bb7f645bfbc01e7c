"""``trimaran serve``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from trimaran.cli.options import address_options, limit_options, make_config
from trimaran.cli.targets import find_target, load_target, target_argument

if TYPE_CHECKING:
    from trimaran.server.config import ServerConfig

LEVELS = click.Choice(["debug", "info", "warning", "error", "critical"])


@click.command()
@target_argument
@address_options
@click.option("--workers", type=click.IntRange(1), help="Processes that serve.  [1]")
@click.option("--access-log/--no-access-log", default=None, help="Log a line for each request.")
@click.option("--log-level", type=LEVELS, help="What is worth logging.  [info]")
@limit_options
def serve(target: str | None, log_level: str | None, **given: Any) -> None:
    """Serve an application in production.

    Every option is a setting too: TRIMARAN_WORKERS=4, or workers = 4 in [trimaran] of
    trimaran.toml. SIGTERM answers what is in flight, then exits with 0; a second one does not wait.
    """
    from trimaran.cli.logs import start_logging
    from trimaran.settings import load_settings

    settings = load_settings(warn_unknown=False)
    found = find_target(target, settings)
    config = make_config(settings, given)
    level = log_level or settings.log_level
    start_logging(level, access=config.access_log, development=False)
    if config.workers > 1:
        os.environ["TRIMARAN_LOG_LEVEL"] = level
        sys.exit(_supervise(found, config))
    _serve_here(found, config)


def _supervise(target: str, config: ServerConfig) -> int:
    from trimaran.server.supervisor import Supervisor

    return Supervisor(target, config).run()


def _serve_here(target: str, config: ServerConfig) -> None:
    from trimaran.cli.failures import ApplicationError
    from trimaran.errors import TrimaranError
    from trimaran.server.loading import leave_debug, load_ahead, loading_to_stay

    with loading_to_stay():
        from trimaran.server.lifecycle import serve as serve_app
        from trimaran.server.pending import warn_of_pending

        app = load_target(target)
        leave_debug(app)
        load_ahead()
    try:
        serve_app(app, config, ready=lambda _: warn_of_pending(app))
    except TrimaranError:
        raise
    except Exception as error:
        raise ApplicationError(target, "started") from error
