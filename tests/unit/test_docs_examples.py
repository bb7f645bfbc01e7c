"""Every example in the documentation is a file that the tests run.

A code block below ``<!-- file: path -->`` holds that file, below ``<!-- file: path#name -->`` its
part between ``# region name`` and ``# endregion``. ``TRIMARAN_UPDATE_DOCS=1`` rewrites the blocks.
"""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(
    r"(<!-- file: (?P<path>[^ #]+)(#(?P<region>\S+))? -->\n```\w+\n)(?P<code>.*?)(?=```)", re.S
)
PYTHON = re.compile(r"(?<!-->\n)```python\n(?P<code>.*?)```", re.S)


def source(match: re.Match[str]) -> str:
    """Return what the block should hold."""
    text = (ROOT / match["path"]).read_text(encoding="utf-8")
    if match["region"] is None:
        return text
    lines = text.splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.strip() == f"# region {match['region']}")
    end = next(i for i in range(start, len(lines)) if lines[i].strip() == "# endregion")
    return textwrap.dedent("".join(lines[start + 1 : end])).strip("\n") + "\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_are_the_files_that_they_name(page: Path) -> None:
    """A code block below a file comment is that file, to the letter."""
    text = page.read_text(encoding="utf-8")
    fresh = BLOCK.sub(lambda match: match[1] + source(match), text)
    if os.environ.get("TRIMARAN_UPDATE_DOCS") and fresh != text:
        page.write_text(fresh, encoding="utf-8")
        return
    assert fresh == text, f"{page} has an example that differs from its file"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_other_python_in_the_pages_compiles(page: Path) -> None:
    """A fragment of Python that stands in a page alone is at least Python."""
    for number, match in enumerate(PYTHON.finditer(page.read_text(encoding="utf-8"))):
        code = textwrap.dedent(match["code"])
        compile(code, f"{page.name}:{number}", "exec", flags=0x2000)  # top-level await allowed


def test_links_between_pages_lead_somewhere() -> None:
    """A relative link names a file that exists."""
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
