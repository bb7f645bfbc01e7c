"""The JSON file that other programs read."""

import json
from pathlib import Path

from benchmarks.results import Results, Sample, read_results, write_results


def sample(work: float, *, errors: int = 0, loaded: float = 30.0) -> Sample:
    """Return a round with this much work."""
    return Sample(
        work_per_cpu_second=work,
        p50_ms=0.25,
        p99_ms=1.5,
        idle_pss_mb=20.04,
        loaded_pss_mb=loaded,
        errors=errors,
    )


def test_the_file_has_one_figure_a_round() -> None:
    """Series keep the order of the rounds; memory is the median; errors add up."""
    results = Results()
    for work, loaded in ((100.04, 30), (300, 31), (200, 90)):
        results.of("hello", "node").samples.append(sample(work, errors=1, loaded=loaded))
    assert results.as_json() == {
        "hello": {
            "node": {
                "work_per_cpu_second": [100.0, 300, 200],
                "p50_ms": [0.25] * 3,
                "p99_ms": [1.5] * 3,
                "idle_pss_mb": 20.0,
                "loaded_pss_mb": 31,
                "errors": 3,
            }
        }
    }
    assert results.complete


def test_a_peer_that_failed_is_shown_with_the_reason() -> None:
    """It keeps its place, without figures, with an error and a note."""
    results = Results()
    results.fail("row", "django", "No PostgreSQL.")
    found = results.as_json()["row"]["django"]
    assert found["work_per_cpu_second"] == []
    assert found["idle_pss_mb"] is None
    assert (found["errors"], found["note"]) == (1, "No PostgreSQL.")
    assert not results.complete


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """Folders are made, nothing else is left beside the file, and it reads back the same."""
    file = tmp_path / "new" / "results.json"
    content = {"hello": {"bare": {"errors": 0}}}
    write_results(content, file)
    write_results(content, file)
    assert read_results(file) == json.loads(file.read_text()) == content
    assert [path.name for path in file.parent.iterdir()] == ["results.json"]
