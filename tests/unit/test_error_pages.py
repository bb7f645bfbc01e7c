"""Every error's id has a section in the documentation, and every section an id in the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ID = re.compile(r"TRI-[A-Z]+-\d{3}")
PAGES = sorted((ROOT / "docs" / "reference" / "errors").glob("*.md"))


def in_code():
    """Each id and the files that name it."""
    found = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for id in ID.findall(path.read_text(encoding="utf-8")):
            found.setdefault(id, path.relative_to(ROOT))
    return found


def in_pages():
    """Each documented id with its page and the text of its section."""
    found = []
    for page in PAGES:
        parts = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for part in parts[1:]:
            heading, _, text = part.partition("\n")
            found.append((heading.strip(), page.name, text.strip()))
    return found


def test_every_id_has_a_section():
    """An error that a user meets can be looked up."""
    documented = {heading for heading, _, _ in in_pages()}
    missing = [f"{id} {path}" for id, path in in_code().items() if id not in documented]
    assert not missing, "\n".join(missing)


def test_every_section_has_an_id_in_the_code():
    """Nothing is documented that is raised no more, or by another name."""
    code = in_code()
    stray = [(heading, page) for heading, page, _ in in_pages() if heading not in code]
    assert stray == []


def test_every_id_is_documented_once():
    """In one page."""
    headings = [heading for heading, _, _ in in_pages()]
    assert sorted(headings) == sorted(set(headings))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_section_says_something(page):
    """What it means and how to mend it: more than a phrase."""
    thin = [heading for heading, name, text in in_pages() if name == page.name and len(text) < 60]
    assert thin == []
