"""The table that a run prints: medians, how far the rounds lie apart, ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.figures import middle, ratio, spread

__all__ = ["table", "tables"]

RIGHT_FROM = 1
MISSING = "-"


def number(value: float | None, form: str) -> str:
    """Return a figure as text; a dash where there is none."""
    return MISSING if value is None else format(value, form)


def row(name: str, figures: Mapping[str, Any], reference: Mapping[str, Any]) -> list[str]:
    """Return one peer's cells."""
    work = figures["work_per_cpu_second"]
    apart = spread(work)
    times = ratio(reference.get("work_per_cpu_second", []), work)
    errors = figures["errors"]
    return [
        name,
        number(middle(work), ",.0f"),
        MISSING if apart is None else f"±{apart:.0%}",
        MISSING if times is None else f"{times:.2f}x",
        number(middle(figures["p50_ms"]), ".2f"),
        number(middle(figures["p99_ms"]), ".2f"),
        number(figures["idle_pss_mb"], ".1f"),
        number(figures["loaded_pss_mb"], ".1f"),
        f"{errors} !" if errors else "0",
    ]


def aligned(cells: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as lines: the first column to the left, figures to the right."""
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column >= RIGHT_FROM else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]


def table(title: str, peers: Mapping[str, Mapping[str, Any]], reference: str) -> str:
    """Return one workload's table, the peer that does most work per CPU-second first.

    reference: the peer that every other is compared with
    """
    heads = ["peer", "work/CPU-s", "spread", f"{reference} is"]
    heads += ["p50 ms", "p99 ms", "idle MB", "loaded MB", "errors"]
    order = sorted(peers, key=lambda name: -(middle(peers[name]["work_per_cpu_second"]) or 0))
    body = [row(name, peers[name], peers.get(reference) or {}) for name in order]
    lines = aligned([heads, *body])
    lines.insert(1, "-" * max(len(line) for line in lines))
    notes = [f"! {name}: {peers[name]['note']}" for name in order if peers[name].get("note")]
    return "\n".join([title, "", *lines, *notes])


def tables(
    content: Mapping[str, Mapping[str, Mapping[str, Any]]],
    titles: Mapping[str, str],
    reference: str,
) -> str:
    """Return the tables of every workload in a file of results."""
    parts = [
        table(f"{name}: {titles.get(name, name)}", peers, reference)
        for name, peers in content.items()
    ]
    return "\n\n".join(parts)
