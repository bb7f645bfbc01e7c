"""A worker process: ``python -m trimaran.server.worker``, made by the supervisor."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from trimaran.errors import TrimaranError
from trimaran.server.config import ServerConfig
from trimaran.server.lifecycle import serve
from trimaran.server.loading import leave_debug, load_ahead, load_application, loading_to_stay
from trimaran.server.pending import warn_of_pending

if TYPE_CHECKING:
    from trimaran.server.lifecycle import Server

FAILED_START = 3
"""The exit status of a worker that could not start."""


def main(arguments: list[str]) -> int:
    """Load the application, serve it on the inherited socket, return the status."""
    target, encoded, ready, lifeline, place = arguments
    config = ServerConfig.from_dict(json.loads(encoded))
    ready_pipe = int(ready)

    def tell_ready(server: Server) -> None:
        os.write(ready_pipe, b"1")
        os.close(ready_pipe)
        if place == "first":
            warn_of_pending(app)

    _start_logging(access=config.access_log)
    try:
        with loading_to_stay():
            app = load_application(target)
            leave_debug(app)
            load_ahead()
        serve(app, config, ready=tell_ready, lifeline=int(lifeline))
    except TrimaranError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED_START
    return 0


def _start_logging(*, access: bool) -> None:
    """Write to standard error, unless the application configures logging by itself."""
    import logging

    logging.basicConfig(format="%(asctime)s %(levelname)s [%(process)d] %(message)s")
    level = os.environ.get("TRIMARAN_LOG_LEVEL", "info").upper()
    logging.getLogger("trimaran").setLevel(level)
    logging.getLogger("trimaran.access").setLevel(logging.INFO if access else logging.WARNING)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
