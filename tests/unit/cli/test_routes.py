"""``trimaran routes``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec


def test_routes_are_listed_with_their_handlers(shop: Path, call: Any) -> None:
    """Methods, path, name, and file and line of the handler stand in columns."""
    lines = [line.split() for line in call("routes", "app.py").stdout.splitlines()]
    assert lines[0] == ["Methods", "Path", "Name", "Handler"]
    assert lines[1] == ["GET", "/films/{id:int}", "show", "app.py:5", "show"]
    assert lines[2] == ["GET,POST", "/ping", "pong", "app.py:9", "ping"]


def test_the_documentation_is_listed_when_asked_for(shop: Path, call: Any) -> None:
    """``--all`` adds the routes that Trimaran itself provides."""
    assert "/openapi.json" not in call("routes").stdout
    assert "/openapi.json" in call("routes", "--all").stdout


def test_programs_get_json(shop: Path, call: Any) -> None:
    """``--json`` prints a list of objects."""
    entries = msgspec.json.decode(call("routes", "--json").stdout)
    assert entries[0] == {
        "methods": ["GET"],
        "path": "/films/{id:int}",
        "name": "show",
        "handler": "app.py:5 show",
    }
