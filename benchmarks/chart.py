"""Draws the chart of a file of results, with matplotlib in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.errors import PeerError
from benchmarks.figures import middle, ratio
from benchmarks.install import python_environment

__all__ = ["bars", "draw"]

PACKAGES = ("matplotlib==3.11.2",)


def bars(
    content: Mapping[str, Mapping[str, Mapping[str, Any]]],
    *,
    workloads: Mapping[str, str],
    peers: Mapping[str, str],
    reference: str,
) -> list[dict[str, Any]]:
    """Return what is drawn: one panel a workload, the fastest peer first.

    workloads, peers: titles by name

    A bar is ``{"title", "work", "low", "high", "ratio", "idle", "loaded", "errors", "main"}``;
    ``ratio`` is how many times a peer's work the reference does, None for itself.
    """
    panels = []
    for workload, figures in content.items():
        base = figures.get(reference, {}).get("work_per_cpu_second", [])
        found = []
        for peer, each in figures.items():
            work = each["work_per_cpu_second"]
            if not work:
                continue
            bar = {
                "title": peers.get(peer, peer),
                "work": middle(work),
                "low": min(work),
                "high": max(work),
                "ratio": None if peer == reference else ratio(base, work),
                "idle": each["idle_pss_mb"],
                "loaded": each["loaded_pss_mb"],
                "errors": each["errors"],
                "main": peer == reference,
            }
            found.append(bar)
        found.sort(key=lambda bar: -bar["work"])
        if found:
            panels.append({"title": workloads.get(workload, workload), "bars": found})
    return panels


def draw(panels: list[dict[str, Any]], file: Path, *, footer: str, reference: str) -> None:
    """Write the chart as a PNG file."""
    python = python_environment("chart", PACKAGES)
    file.parent.mkdir(parents=True, exist_ok=True)
    program = Path(__file__).with_name("drawing.py")
    job = {"panels": panels, "file": str(file), "footer": footer, "reference": reference}
    done = subprocess.run(
        [str(python), str(program)], input=json.dumps(job), capture_output=True, text=True
    )
    if done.returncode:
        text = f"The chart could not be drawn: {done.stderr.strip()[-500:]}"
        raise PeerError(text)
