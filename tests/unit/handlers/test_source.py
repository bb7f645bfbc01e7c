"""The source that routes are compiled to, as golden files."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from trimaran.handlers import FaultHandlers, compile_routes
from trimaran.handlers.compiler import source_of

GOLDEN = Path(__file__).parents[2] / "golden" / "handlers"


@pytest.mark.parametrize("name", ["change_film", "first", "hello"])
def test_source_is_the_golden_one(name: str) -> None:
    """The compiled form of a route is as reviewed; TRIMARAN_UPDATE_GOLDEN=1 writes it anew."""
    spec = importlib.util.spec_from_file_location("golden_film", GOLDEN / "film.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    faults = FaultHandlers({})
    compiled = compile_routes(module.router.routes, overrides={}, faults=faults)
    [plan] = [plan for plan, _ in compiled if plan.route.name == name]
    source = source_of(plan, faults)
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("TRIMARAN_UPDATE_GOLDEN"):
        golden.write_text(source, encoding="utf-8")
    assert source == golden.read_text(encoding="utf-8")
