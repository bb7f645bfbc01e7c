"""The command line."""

from pathlib import Path

import pytest

from benchmarks.arguments import parse
from benchmarks.main import main


def test_everything_has_a_default() -> None:
    """No argument means all workloads and peers, five rounds of three seconds."""
    found = parse([])
    assert (found.only, found.peers, found.rounds, found.seconds) == ((), (), 5, 3)
    assert (found.connections, found.reference, found.action) == (64, "trimaran", "measure")
    assert found.chart is not None
    assert found.json.suffix == ".json"


def test_the_documented_command_is_understood() -> None:
    """Lists are separated by commas; names given twice count once."""
    line = "--only hello,validate,row,hello --peers trimaran,node --rounds 2 --seconds 1 --json F"
    found = parse(line.split())
    assert found.only == ("hello", "validate", "row")
    assert found.peers == ("trimaran", "node")
    assert (found.rounds, found.seconds, found.json) == (2, 1, Path("F"))
    assert parse(["--no-chart"]).chart is None


@pytest.mark.parametrize("line", ["--rounds 0", "--seconds -1", "--warm-up 4000", "--rate fast"])
def test_a_number_out_of_range_is_refused(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """argparse names the argument and ends with status 2."""
    with pytest.raises(SystemExit, match="2"):
        parse(line.split())
    assert f"argument {line.split(maxsplit=1)[0]}: invalid" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--only hi", "No workload is called hi. There are: depends, hello,"),
        ("--peers trimaran,nodejs", "No peer is called nodejs. There are: trimaran, bare,"),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(
    line: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is started, the status is 2."""
    assert main(line.split()) == 2
    assert message in capsys.readouterr().err


def test_the_listing_names_workloads_peers_and_pins(capsys: pytest.CaptureFixture[str]) -> None:
    """``--list`` starts nothing."""
    assert main(["--list"]) == 0
    text = capsys.readouterr().out
    assert "validate   path, query and JSON body validated" in text
    assert "express@5" in text
