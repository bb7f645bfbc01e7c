"""The server's options: from the command line, from settings, from its own defaults."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import click
import pytest

from trimaran.cli.options import LIMIT_HELP, make_config
from trimaran.server.config import Limits, ServerConfig
from trimaran.settings import Settings

ADDRESSES = {"host", "port", "uds", "fd", "workers", "certfile", "keyfile", "access_log"}


def test_every_option_of_the_server_can_be_given_and_set() -> None:
    """No field of the server's configuration lacks an option or a setting."""
    own = {field.name for field in fields(ServerConfig)} - {"guard_loud", "limits", "tune_gc"}
    known = own | {field.name for field in fields(Limits)}
    assert known == ADDRESSES | set(LIMIT_HELP)
    assert known - {"fd"} <= set(Settings.__struct_fields__)


def test_options_win_over_settings_over_defaults() -> None:
    """What is given on the command line decides; what nobody says keeps the default."""
    settings = Settings(port=9000, workers=3, max_head=5000)
    config = make_config(settings, {"port": 9001, "max_head": None})
    assert (config.port, config.workers, config.limits.max_head) == (9001, 3, 5000)
    assert config.limits.max_headers == Limits().max_headers


def test_an_address_given_overrides_a_socket_set() -> None:
    """``--port`` means TCP, also where a Unix socket is set."""
    settings = Settings(uds=Path("/run/shop.sock"))
    assert make_config(settings, {}).uds == "/run/shop.sock"
    assert make_config(settings, {"port": 1}).uds is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"host": "::1", "uds": "x"}, "--host/--port and --uds contradict one another"),
        ({"fd": 3, "uds": "x"}, "--uds and --fd contradict one another"),
        ({"keyfile": "k.pem"}, "--keyfile needs --certfile"),
    ],
)
def test_contradictions_are_refused(given: dict[str, object], message: str) -> None:
    """What cannot hold together is an error, not a silent choice."""
    with pytest.raises(click.UsageError, match=message):
        make_config(Settings(), given)
