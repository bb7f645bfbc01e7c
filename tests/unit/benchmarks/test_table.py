"""The table and the chart, from figures that were not measured."""

from typing import Any

from benchmarks.chart import bars
from benchmarks.table import table, tables


def figures(*work: float, errors: int = 0, note: str = "") -> dict[str, Any]:
    """Return a peer's part of a results file."""
    measured = bool(work)
    found: dict[str, Any] = {
        "work_per_cpu_second": list(work),
        "p50_ms": [0.25] * len(work),
        "p99_ms": [1.5] * len(work),
        "idle_pss_mb": 20.0 if measured else None,
        "loaded_pss_mb": 21.5 if measured else None,
        "errors": errors,
    }
    return found | ({"note": note} if note else {})


REST = ["0.25", "1.50", "20.0", "21.5", "0"]
SAMPLE = {
    "node": figures(40_000, 44_000, 36_000),
    "trimaran": figures(80_000, 80_000, 80_000),
    "django": figures(errors=1, note="It ended at once."),
    "express": figures(5_000, errors=7),
}


def test_the_table_puts_the_most_work_first_and_compares() -> None:
    """Ratios are how many times a peer's work the reference does."""
    lines = table("hello", SAMPLE, "trimaran").splitlines()
    assert lines[0] == "hello"
    assert lines[4].split() == [
        "trimaran",
        "80,000",
        "±0%",
        "1.00x",
        "0.25",
        "1.50",
        "20.0",
        "21.5",
        "0",
    ]
    assert lines[5].split() == [
        "node",
        "40,000",
        "±10%",
        "2.00x",
        "0.25",
        "1.50",
        "20.0",
        "21.5",
        "0",
    ]


def test_errors_are_marked_and_never_hidden() -> None:
    """A run with errors keeps its figures and a mark; one without figures says why."""
    lines = table("hello", SAMPLE, "trimaran").splitlines()
    assert lines[6].endswith("7 !")
    assert lines[7].split() == ["django", "-", "-", "-", "-", "-", "-", "-", "1", "!"]
    assert lines[-1] == "! django: It ended at once."


def test_a_table_without_the_reference_has_no_ratios() -> None:
    """The other columns stand as they are."""
    lines = table("hello", {"node": SAMPLE["node"]}, "trimaran").splitlines()
    assert lines[4].split()[:4] == ["node", "40,000", "±10%", "-"]


def test_each_workload_has_a_table_with_its_title() -> None:
    """An unknown workload goes by its name."""
    text = tables({"hello": SAMPLE, "other": SAMPLE}, {"hello": "JSON hello"}, "trimaran")
    assert "hello: JSON hello" in text
    assert "other: other" in text


def test_the_chart_shows_what_was_measured() -> None:
    """Bars are sorted, peers without figures are left out, the reference has no ratio."""
    titles = {"trimaran": "Trimaran", "node": "Node http"}
    content = {"hello": SAMPLE, "row": {"django": SAMPLE["django"]}}
    found = bars(content, workloads={}, peers=titles, reference="trimaran")
    assert [panel["title"] for panel in found] == ["hello"]
    first, second, third = found[0]["bars"]
    assert [first["title"], second["title"], third["title"]] == ["Trimaran", "Node http", "express"]
    assert (first["main"], first["ratio"]) == (True, None)
    assert (second["low"], second["work"], second["high"]) == (36_000, 40_000, 44_000)
    assert (second["ratio"], third["ratio"], third["errors"]) == (2, 16, 7)
