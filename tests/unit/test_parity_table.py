"""The table of what is the same as in FastAPI is made from the tests that show it.

Each test of ``tests/conformance/fastapi_guide`` is a row: its file's first line names the page (or
the last heading comment above the test does), its docstring says what it shows, and a paragraph
that begins with ``Differs:`` or ``Better:`` how we are not the same. ``TRIMARAN_UPDATE_DOCS=1``
writes the tables anew.
"""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests/conformance/fastapi_guide"
PAGE = ROOT / "docs/reference/fastapi-parity.md"
HEADING = re.compile(r"\n\n# (.+)\n\n")
PARTS = {"advanced": "test_advanced_", "howto": "test_howto_", "tutorial": "test_"}
FILES = sorted(TESTS.glob("test_*.py"))


def part_of(file: Path) -> str:
    """Return the part of FastAPI's documentation that a file of tests is about."""
    return next(part for part, prefix in PARTS.items() if file.name.startswith(prefix))


def said(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, str, str]:
    """Return what a test shows, ``same``, ``differs`` or ``better``, and why."""
    paragraphs = [" ".join(part.split()) for part in (ast.get_docstring(node) or "").split("\n\n")]
    name = node.name.removeprefix("test_").replace("_", " ")
    what = f"{name[:1].upper()}{name[1:]}. {paragraphs[0]}"
    for note in paragraphs[1:]:
        kind, _, why = note.partition(": ")
        if kind in {"Differs", "Better"}:
            return what, kind.lower(), why[:1].upper() + why[1:]
    return what, "same", ""


def as_cell(text: str) -> str:
    """Return a text as Markdown that may stand in a table."""
    return text.replace("``", "`").replace("|", "\\|")


def rows(file: Path) -> list[str]:
    """Return the rows of a file of tests."""
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    title = (ast.get_docstring(tree) or "").splitlines()[0]
    quoted = re.search(r'"([^"]+)"', title)
    page = quoted[1] if quoted else title
    headings = [(source[: at.start()].count("\n") + 3, at[1]) for at in HEADING.finditer(source)]
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[:5] == "test_":
            above = [text for line, text in headings if line < node.lineno]
            what, kind, why = said(node)
            cells = (above[-1] if above else page, what, kind, f"`{file.name}::{node.name}`", why)
            found.append("| " + " | ".join(map(as_cell, cells)) + " |")
    return found


@pytest.mark.parametrize("part", PARTS)
def test_the_table_is_what_the_tests_say(part: str) -> None:
    """Every test has its row, every row its test, word for word."""
    made = [row for file in FILES if part_of(file) == part for row in rows(file)]
    head = "| Page | Feature | | Test | Note |\n|---|---|---|---|---|\n"
    table = f"<!-- table: {part} -->\n{head}" + "\n".join(made) + "\n<!-- end -->"
    text = PAGE.read_text(encoding="utf-8")
    fresh = re.sub(rf"<!-- table: {part} -->\n.*?<!-- end -->", lambda _: table, text, flags=re.S)
    assert table in fresh, f"{PAGE.name} has no place for the table of {part}"
    if os.environ.get("TRIMARAN_UPDATE_DOCS") and fresh != text:
        PAGE.write_text(fresh, encoding="utf-8")
        return
    assert fresh == text, "run TRIMARAN_UPDATE_DOCS=1 pytest tests/unit/test_parity_table.py"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_test_says_what_it_shows(file: Path) -> None:
    """A file of tests is not empty, and each of its tests has a docstring."""
    assert rows(file)
    tree = ast.parse(file.read_text(encoding="utf-8"))
    tests = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name[:5] == "test_"]
    assert not [test.name for test in tests if not ast.get_docstring(test)]
