"""Configuration and counters as plain values."""

from __future__ import annotations

import json

import pytest

import trimaran.server
from trimaran.server.config import Limits, ServerConfig


def test_config_survives_json() -> None:
    """A worker gets exactly the configuration of its supervisor."""
    config = ServerConfig(port=1, uds="app.sock", workers=3, limits=Limits(max_head=5))
    assert ServerConfig.from_dict(json.loads(json.dumps(config.as_dict()))) == config


def test_public_names() -> None:
    """Every public name of the room can be had from it."""
    assert [name for name in trimaran.server.__all__ if not hasattr(trimaran.server, name)] == []


def test_name_that_is_missing() -> None:
    """Any other name is an AttributeError."""
    with pytest.raises(AttributeError, match=r"'trimaran.server' has no attribute 'nothing'"):
        trimaran.server.nothing  # noqa: B018  looked up for its error
