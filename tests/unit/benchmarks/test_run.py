"""A real, short run: ``--only hello --peers bare``."""

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.arguments import parse
from benchmarks.catalog import find_peers, find_workloads
from benchmarks.install import CACHE, fingerprint, is_current, mark
from benchmarks.machine import cores
from benchmarks.main import main
from benchmarks.measure import Plan, measure
from benchmarks.startup import Start, report


def test_an_installation_is_current_until_a_pin_changes(tmp_path: Path) -> None:
    """The order of the packages and their versions matter, the day does not."""
    assert not is_current(tmp_path, ["a==1"])
    mark(tmp_path, ["a==1"])
    assert is_current(tmp_path, ["a==1"])
    assert not is_current(tmp_path, ["a==2"])
    assert fingerprint(["a", "b"]) != fingerprint(["ab"])


def test_a_missing_database_is_reported_and_nothing_is_measured() -> None:
    """Every peer of the workload keeps its place with the reason, which holds no password."""
    plan = Plan(
        rounds=1,
        seconds=1,
        warm_up=0,
        connections=4,
        rate=None,
        postgres="postgresql://me:secret@127.0.0.1:1/none",
        cores=cores(),
    )
    peers = {"trimaran": find_peers()["trimaran"]}
    results = measure({"row": find_workloads()["row"]}, peers, plan)
    note = results.as_json()["row"]["trimaran"]["note"]
    assert note.startswith("The workload needs PostgreSQL, and there is none at 127.0.0.1:1/none")
    assert "--postgres" in note
    assert "secret" not in note


def test_the_start_up_report_shows_medians_and_the_range() -> None:
    """One line a peer."""
    starts = [
        Start(first_answer_ms=value, cpu_ms=100, idle_pss_mb=20.5) for value in (90, 120, 300)
    ]
    line = report({"trimaran": starts}).splitlines()[1]
    assert line.split() == ["trimaran", "120", "(90", "-", "300)", "100", "20.5"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_short_run_writes_figures_and_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bare loop installs itself, answers rightly and is measured without an error."""
    file = tmp_path / "results.json"
    line = f"--only hello --peers bare --rounds 1 --seconds 1 --warm-up 0 --no-chart --json {file}"
    assert main(line.split()) == 0
    found = json.loads(file.read_text())["hello"]["bare"]
    assert found["errors"] == 0
    assert found["work_per_cpu_second"][0] > 5_000
    assert 0 < found["p50_ms"][0] <= found["p99_ms"][0]
    assert 5 < found["idle_pss_mb"] <= found["loaded_pss_mb"] + 1
    assert "bare is" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(
    not (CACHE / "python" / "chart" / "installed.txt").is_file(),
    reason="matplotlib is not in benchmarks/.cache; a run with a chart puts it there",
)
def test_the_chart_is_a_png_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--show`` draws the figures of an earlier run again."""
    figures = {
        "work_per_cpu_second": [90.0, 110.0],
        "p50_ms": [1, 1],
        "p99_ms": [2, 2],
        "idle_pss_mb": 20.0,
        "loaded_pss_mb": 25.0,
        "errors": 3,
    }
    file, chart = tmp_path / "results.json", tmp_path / "chart.png"
    file.write_text(json.dumps({"hello": {"trimaran": figures, "node": figures}}))
    assert main(["--show", "--json", str(file), "--chart", str(chart)]) == 0
    assert chart.read_bytes().startswith(b"\x89PNG\r\n")
    assert f"Chart: {chart}" in capsys.readouterr().out
    assert parse(["--show"]).action == "show"
