"""What is mounted below a path: other applications, ASGI's, WSGI's, and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.mounts.asgi import asgi_endpoint
    from trimaran.mounts.choice import Hosts, Versions
    from trimaran.mounts.static import StaticFiles
    from trimaran.mounts.table import MountTable
    from trimaran.mounts.wsgi import WSGIMiddleware

_HOMES = {
    "Hosts": "choice",
    "Versions": "choice",
    "MountTable": "table",
    "StaticFiles": "static",
    "WSGIMiddleware": "wsgi",
    "asgi_endpoint": "asgi",
}

__all__ = ["Hosts", "MountTable", "StaticFiles", "Versions", "WSGIMiddleware", "asgi_endpoint"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        message = f"module 'trimaran.mounts' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(f"trimaran.mounts.{home}"), name)
