"""Servers that run an application: the engine, its workers, the way from ASGI.

Names are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.server.config import Limits, ServerConfig
    from trimaran.server.lifecycle import Server, serve
    from trimaran.server.loading import load_application
    from trimaran.server.stats import ServerStats
    from trimaran.server.supervisor import Supervisor

__all__ = [
    "Limits",
    "Server",
    "ServerConfig",
    "ServerStats",
    "Supervisor",
    "load_application",
    "serve",
]

_HOMES = {
    "Limits": "config",
    "Server": "lifecycle",
    "ServerConfig": "config",
    "ServerStats": "stats",
    "Supervisor": "supervisor",
    "load_application": "loading",
    "serve": "lifecycle",
}


def __getattr__(name: str) -> Any:
    import importlib

    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
