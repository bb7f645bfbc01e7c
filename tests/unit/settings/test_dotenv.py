"""What a ``.env`` file may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.settings.dotenv import parse_dotenv


def parsed(text: str) -> dict[str, str | None]:
    return {entry.name: entry.value for entry in parse_dotenv(text)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=plain", "plain"),
        ("export A = spaced out  # comment", "spaced out"),
        ("A=", ""),
        ("A=#nothing", ""),
        ("A=a#b", "a#b"),
        ("A='as $it \\n stands'  # comment", "as $it \\n stands"),
        (r'A="tab\tline\n\"quoted\" \\"', 'tab\tline\n"quoted" \\'),
        ('A="one\ntwo"', "one\ntwo"),
        ("\ufeffA=bom", "bom"),
        ("A=first\nA=second", "second"),
        ("A=x=y", "x=y"),
    ],
)
def test_values_are_read_as_shells_write_them(text: str, value: str) -> None:
    """Quotes, escapes, comments, ``export`` and several lines are understood."""
    assert parsed(text) == {"A": value}


@pytest.mark.parametrize("text", ["A", "1A=x", "A='open", 'A="open\nB=1', "A='x' y", "= x"])
def test_other_lines_are_reported_as_unreadable(text: str) -> None:
    """A line that is no assignment, or whose quote never closes, has no value."""
    assert next(parse_dotenv(text)).value is None


def test_an_unclosed_quote_spoils_its_own_line_only() -> None:
    """The lines after an open quote are read as they stand."""
    assert parsed('A="open\nB=1') == {"A": None, "B": "1"}


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    """Any text gives entries with rising line numbers, never an exception."""
    lines = [entry.line for entry in parse_dotenv(text)]
    assert lines == sorted(set(lines))


@given(
    st.text(
        alphabet=st.characters(
            blacklist_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029",
            blacklist_categories=["Cs"],
        ),
        max_size=50,
    )
)
def test_double_quoted_values_survive(value: str) -> None:
    """What is escaped into double quotes is read back unchanged."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert parsed(f'A="{escaped}"') == {"A": value}
