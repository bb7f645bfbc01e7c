"""The place in the developer's code that a message names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from trimaran._internal.callsite import caller, callsite, describe_place, short_path

HERE = Path(__file__).name


def test_the_nearest_line_of_the_application() -> None:
    """File and line, and the function where there is room for it."""
    assert f"{HERE}:" in callsite()
    assert caller().endswith(" test_the_nearest_line_of_the_application")


def test_frames_of_the_standard_library_are_passed_by() -> None:
    """A context manager is entered by its `with`, not by contextlib."""

    @contextlib.contextmanager
    def asked() -> Iterator[str]:
        yield eval("callsite()")  # noqa: S307  a frame without a file, as generated code has

    with asked() as place:
        assert "contextlib" not in place
        assert f"{HERE}:" in place


def test_no_place() -> None:
    """Nothing is said where there is nothing to say."""
    assert describe_place(None) == ""


def test_paths_below_the_working_directory_are_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies elsewhere keeps its whole path."""
    monkeypatch.chdir(tmp_path)
    assert short_path(str(tmp_path / "shop" / "views.py")) == "shop/views.py"
    assert short_path("/elsewhere/views.py") == "/elsewhere/views.py"
