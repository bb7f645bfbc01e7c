"""Documents under ``@redocly/cli lint`` with its recommended rules.

Warnings that stay: ``operation-4xx-response`` and ``operation-2xx-response`` of operations that
take nothing, so cannot refuse it, and of redirects.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from atlas.app import app as atlas
from matinee.app import app as matinee

ROOT = Path(__file__).parents[3]
CACHE = ROOT / "benchmarks" / ".cache" / "redocly"
PACKAGE = Path(__file__).parent / "package.json"
GOLDEN = sorted((ROOT / "tests" / "golden" / "openapi").glob("*.json"))
EXPLAINED = {"operation-4xx-response", "operation-2xx-response"}
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def redocly() -> str:
    """Return the program, installed once into a folder that git ignores."""
    program = CACHE / "node_modules" / ".bin" / "redocly"
    if not program.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed: @redocly/cli cannot be had")
        CACHE.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE, CACHE / "package.json")
        command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(CACHE)]
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=180)
        except subprocess.TimeoutExpired:
            pytest.skip("npm did not install @redocly/cli within three minutes")
        if run.returncode:
            pytest.skip(f"npm cannot install @redocly/cli: {run.stderr.strip()[-200:]}")
    return str(program)


def lint(program: str, *files: Path, skip: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the problems of files, by the recommended rules but some."""
    rules = [argument for rule in skip for argument in ("--skip-rule", rule)]
    run = subprocess.run(
        [program, "lint", "--extends", "recommended", "--format", "json", *rules, *map(str, files)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **QUIET},
    )
    assert run.stdout.startswith("{"), run.stderr[-2000:]
    problems: list[dict[str, Any]] = []
    rest = run.stdout
    while rest.strip():  # one object for each file
        found, end = json.JSONDecoder().raw_decode(rest)
        problems += found["problems"]
        rest = rest[end:].lstrip()
    return problems


def test_documents_of_the_examples_have_no_fault(redocly: str, tmp_path: Path) -> None:
    """No error by all of the rules, and no warning but those that are explained above."""
    for name, app in (("atlas", atlas), ("matinee", matinee)):
        (tmp_path / f"{name}.json").write_text(json.dumps(app.openapi()))
    problems = lint(redocly, *tmp_path.glob("*.json"))
    unexplained = [one for one in problems if one["ruleId"] not in EXPLAINED]
    assert unexplained == []
    assert Counter(one["severity"] for one in problems)["error"] == 0


def test_golden_documents_have_no_fault(redocly: str) -> None:
    """Of an application that says nothing of servers and licence: those are the deployment's."""
    problems = lint(redocly, *GOLDEN, skip=("no-empty-servers", "info-license"))
    assert [one for one in problems if one["ruleId"] not in EXPLAINED] == []
