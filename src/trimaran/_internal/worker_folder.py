"""A folder for what the worker processes of one server count together."""

from __future__ import annotations

import os
from pathlib import Path

# The supervisor sets it, no developer: without the prefix that settings have.
VARIABLE = "_TRIMARAN_WORKER_FOLDER"


def worker_folder() -> Path | None:
    """Return the folder; None where this process is not one of several workers."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None
