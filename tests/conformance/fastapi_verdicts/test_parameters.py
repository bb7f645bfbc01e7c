"""What FastAPI makes of 700 requests, and what is made of them here.

``fastapi.json`` holds FastAPI's verdicts; where it stands in the benchmarks' cache they are asked
for anew. ``TRIMARAN_UPDATE_GOLDEN=1`` writes the file then.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.fastapi_verdicts import cases

import trimaran

HERE = Path(__file__).parent
GOLDEN = HERE / "fastapi.json"
PEER = HERE.parents[2] / "benchmarks/.cache/python/fastapi/bin/python"


def difference(id: str, theirs: Any, ours: Any) -> str | None:
    """Return why a verdict may differ, None where it may not."""
    place, name = id.split("/")[1:3]
    if name == "numbers" and theirs == [
        f"literal_error {'body' if place == 'form' else place}.value"
    ]:
        return "a Literal of numbers is read from text; there no text is one of its values"
    if place == "cookie" and name in ("ints", "texts", "pair", "maybe_ints"):
        return "a cookie is one item of a list; there it is none, and no list can be sent"
    if name == "date" and "date_from_datetime_inexact" in str(theirs):
        return "a bare number is no moment in seconds, so its fault is another one"
    return None


def theirs() -> dict[str, Any]:
    """Return the verdicts that were written down."""
    found: dict[str, Any] = json.loads(GOLDEN.read_text("utf-8"))
    return found


def test_every_verdict_is_fastapis() -> None:
    """Values, kinds of fault and their places; each difference has its reason."""
    ours, expected = cases.verdicts(trimaran, trimaran.App()), theirs()
    assert ours.keys() == expected.keys()
    differing = {id for id in ours if ours[id] != expected[id]}
    unexplained = [id for id in differing if difference(id, expected[id], ours[id]) is None]
    assert {id: (expected[id], ours[id]) for id in unexplained} == {}
    # A reason that nothing needs any more would hide what comes back.
    reasons = {difference(id, expected[id], ours[id]) for id in differing}
    assert len(reasons) == 3


@pytest.mark.skipif(not PEER.exists(), reason="FastAPI is not in benchmarks/.cache")
def test_the_verdicts_are_still_fastapis() -> None:
    """Asked for anew, of the version that the benchmarks pin."""
    command = [str(PEER), str(HERE / "cases.py"), "fastapi"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if "python-multipart" in answer.stderr:
        pytest.skip("FastAPI reads forms with python-multipart, which is not in its cache")
    fresh = json.loads(answer.stdout)
    if os.environ.get("TRIMARAN_UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps(fresh, indent=0, ensure_ascii=False) + "\n", "utf-8")
    assert fresh == theirs()
