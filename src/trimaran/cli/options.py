"""Options that several commands share: where to listen, and the server's limits."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from trimaran.server.config import Limits, ServerConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimaran.settings import Settings

F = TypeVar("F", bound="Callable[..., Any]")

_EXISTING = click.Path(exists=True, dir_okay=False)

ADDRESS_OPTIONS = (
    click.option("--host", help="Address to listen on: 127.0.0.1, 0.0.0.0, ::1."),
    click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one."),
    click.option("--uds", type=click.Path(), help="Listen on a Unix socket instead."),
    click.option("--fd", type=click.IntRange(0), help="Listen on an inherited socket instead."),
    click.option("--certfile", type=_EXISTING, help="PEM chain; turns TLS on."),
    click.option("--keyfile", type=_EXISTING, help="PEM key, where the chain does not hold it."),
)

_COUNT, _SECONDS = click.IntRange(1), click.FloatRange(0, min_open=True)

# Every limit of the server, its kind, and its line in the help. A test compares both lists.
LIMIT_HELP: dict[str, tuple[click.ParamType[Any], str]] = {
    "backlog": (_COUNT, "Connections that the kernel may queue."),
    "guard_threshold": (click.FloatRange(0), "Seconds that a call may block the loop; 0: any."),
    "drain_grace": (click.FloatRange(0), "Seconds that idle connections get at shutdown."),
    "drain_timeout": (click.FloatRange(0), "Seconds that requests in flight get at shutdown."),
    "max_target": (_COUNT, "Bytes of a request's path and query."),
    "max_head": (_COUNT, "Bytes of all header lines."),
    "max_headers": (_COUNT, "Header lines."),
    "max_connections": (_COUNT, "Connections open at once, for each worker."),
    "max_pipelined": (_COUNT, "Requests waiting on one connection."),
    "header_timeout": (_SECONDS, "Seconds in which a head must be complete."),
    "body_timeout": (_SECONDS, "Seconds of patience with a slow body."),
    "body_min_rate": (click.IntRange(0), "Bytes a second that a slow body must keep up."),
    "response_timeout": (click.FloatRange(0), "Seconds that a handler may take; 0: any time."),
    "write_timeout": (_SECONDS, "Seconds of patience with a client that does not read."),
    "keep_alive": (_SECONDS, "Seconds that an idle connection stays open."),
    "ping_interval": (_SECONDS, "Seconds of silence until a WebSocket's client is pinged."),
    "ping_timeout": (_SECONDS, "Seconds that a WebSocket's client has to answer a ping."),
    "linger": (click.FloatRange(0), "Seconds that a refused client may go on sending."),
    "tls_handshake": (_SECONDS, "Seconds for the TLS handshake."),
    "write_buffer": (_COUNT, "Bytes of an answer that wait in memory."),
    "read_buffer": (_COUNT, "Bytes of a streamed body that wait in memory."),
}


def address_options(command: F) -> F:
    """Add the options that say where to listen."""
    for option in reversed(ADDRESS_OPTIONS):
        command = option(command)
    return command


def limit_options(command: F) -> F:
    """Add an option for every limit of the server."""
    defaults = {
        field.name: field.default for kind in (ServerConfig, Limits) for field in fields(kind)
    }
    for name, (kind, text) in reversed(LIMIT_HELP.items()):
        flag = f"--{name.replace('_', '-')}"
        shown = f"{text}  [{defaults[name]}]"
        command = click.option(flag, type=kind, metavar="N", help=shown)(command)
    return command


def make_config(settings: Settings, given: Mapping[str, Any]) -> ServerConfig:
    """Return the server's configuration: options, then settings, then defaults.

    given: options by name; None was not given. Raises ``click.UsageError`` for contradictions.
    """
    _check_places(given)
    values: dict[str, Any] = {}
    for name in _names():
        value = given.get(name)
        if value is None:
            value = getattr(settings, name, None)
        if value is not None:
            values[name] = str(value) if isinstance(value, Path) else value
    if given.get("host") is not None or given.get("port") is not None:
        values.pop("uds", None)
    if values.get("keyfile") and not values.get("certfile"):
        message = "--keyfile needs --certfile: a key without its certificate turns no TLS on."
        raise click.UsageError(message)
    limits = {
        field.name: values.pop(field.name) for field in fields(Limits) if field.name in values
    }
    return ServerConfig(**values, limits=replace(Limits(), **limits))


def _check_places(given: Mapping[str, Any]) -> None:
    tcp = given.get("host") is not None or given.get("port") is not None
    places = {
        "--host/--port": tcp,
        "--uds": given.get("uds") is not None,
        "--fd": given.get("fd") is not None,
    }
    named = [name for name, is_given in places.items() if is_given]
    if len(named) > 1:
        message = f"{' and '.join(named)} contradict one another: keep one."
        raise click.UsageError(message)


def _names() -> list[str]:
    own = [
        field.name
        for field in fields(ServerConfig)
        if field.name not in ("guard_loud", "limits", "tune_gc")
    ]
    return own + [field.name for field in fields(Limits)]
