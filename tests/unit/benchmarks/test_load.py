"""What ``wrk`` is told and what it answers."""

from pathlib import Path

import pytest

from benchmarks.errors import MissingToolError, PeerError
from benchmarks.exchange import Call
from benchmarks.load import Load, find_wrk, lua_string, parse_wrk, write_script


def test_bytes_become_a_lua_literal() -> None:
    """Quotes, backslashes and what is not printable are written as numbers."""
    assert lua_string(b'{"a": 1}') == r'"{\034a\034: 1}"'
    assert lua_string("é\n\\".encode()) == r'"\195\169\010\092"'


def test_the_script_sends_the_calls_in_turn(tmp_path: Path) -> None:
    """Each is formatted once, before the load begins."""
    file = tmp_path / "load.lua"
    write_script([Call("GET", "/a"), Call("POST", "/b", b"[1]")], file)
    text = file.read_text()
    assert 'wrk.format("GET", "/a", with_host({' in text
    assert '"/b"' in text
    assert '["Content-Type"] = "application/json"' in text
    assert '}), "[1]")' in text
    assert "at = at % #calls + 1" in text


def test_totals_are_read_from_the_output() -> None:
    """Answers of 400 and above are errors and no work done."""
    line = 'wrk-summary {"requests": 100, "microseconds": 2000000, "statuses": 3, "sockets": 2}'
    assert parse_wrk(f"Running 2s test\n\n{line}\n") == Load(answers=97, seconds=2.0, errors=5)


def test_an_output_without_totals_is_an_error() -> None:
    """The error shows what wrk said instead."""
    with pytest.raises(PeerError, match="unable to connect"):
        parse_wrk("unable to connect to 127.0.0.1:1 Connection refused")


def test_a_missing_wrk_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message names the Debian package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="apt install wrk"):
        find_wrk()
