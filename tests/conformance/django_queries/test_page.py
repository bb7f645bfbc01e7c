"""The page of parity says what the tests show, and nothing else."""

from __future__ import annotations

import ast
import os
from itertools import groupby
from pathlib import Path

from tests.conformance.django_queries.methods import METHODS, MISSING
from tests.conformance.django_queries.test_table import CASES

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "django-parity.md"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mariadb": "MariaDB"}


def rendered() -> str:
    """Return the page as the table makes it."""
    lines = [
        "# Parity with Django's queries",
        "",
        "Each row names its test under `tests/conformance/`, which runs on every database named; "
        "the page is written by",
        "`TRIMARAN_UPDATE_DOCS=1 pytest tests/conformance/django_queries/test_page.py`.",
        "",
        "## Methods",
        "",
        "| Django | Test | What differs |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | `{test}` | {note} |" for name, (test, note) in METHODS.items()]
    for section, cases in groupby(
        sorted(CASES, key=lambda case: case.section), lambda c: c.section
    ):
        lines += ["", f"## {section[0].upper()}{section[1:]}", ""]
        lines += ["| Feature | Databases | Test |", "|---|---|---|"]
        for case in cases:
            where = "all" if len(case.only) == 3 else ", ".join(NAMES[name] for name in case.only)
            lines.append(f"| {case.name} | {where} | `test_feature[{case.id}]` |")
    lines += ["", "## Not there, or elsewhere", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {why} |" for name, why in MISSING.items()]
    return "\n".join(lines) + "\n"


def test_the_page_is_as_the_table() -> None:
    """The page in the documentation equals what the table makes."""
    if os.environ.get("TRIMARAN_UPDATE_DOCS"):
        PAGE.write_text(rendered(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == rendered()


def test_every_named_test_exists() -> None:
    """Each method's test is there."""
    for test, _ in METHODS.values():
        file, _, name = test.partition("::")
        path = ROOT / "tests" / "conformance" / file
        assert path.exists(), test
        if name:
            found = {getattr(node, "name", "") for node in ast.parse(path.read_text()).body}
            assert name in found, test
