"""Collects what was measured and writes it down in the form that other programs read.

::

    {"hello": {"trimaran": {"work_per_cpu_second": [91204.1, …],    one figure a round
                            "p50_ms": […], "p99_ms": […],
                            "idle_pss_mb": 20.4, "loaded_pss_mb": 21.9, "errors": 0},
               "django": {…, "errors": 1, "note": "why it was not measured"}}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import middle
from benchmarks.install import write_whole

__all__ = ["PeerFigures", "Results", "Sample", "read_results", "write_results"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One round of one peer."""

    work_per_cpu_second: float
    p50_ms: float
    p99_ms: float
    idle_pss_mb: float
    loaded_pss_mb: float
    errors: int


@dataclass(slots=True)
class PeerFigures:
    """All rounds of one peer on one workload; ``note`` says why figures are missing."""

    samples: list[Sample] = field(default_factory=list)
    failures: int = 0
    note: str = ""

    @property
    def errors(self) -> int:
        """Bad answers and broken connections, and one for each round that failed."""
        return self.failures + sum(sample.errors for sample in self.samples)

    def series(self, name: str) -> list[float]:
        """Return one figure a round."""
        return [getattr(sample, name) for sample in self.samples]

    def as_json(self) -> dict[str, Any]:
        """Return the peer's part of the file."""
        found: dict[str, Any] = {
            name: [round(value, digits) for value in self.series(name)]
            for name, digits in (("work_per_cpu_second", 1), ("p50_ms", 3), ("p99_ms", 3))
        }
        for name in ("idle_pss_mb", "loaded_pss_mb"):
            value = middle(self.series(name))
            found[name] = None if value is None else round(value, 1)
        found["errors"] = self.errors
        if self.note:
            found["note"] = self.note
        return found


class Results:
    """What a run has found so far, by workload and peer."""

    def __init__(self) -> None:
        self.workloads: dict[str, dict[str, PeerFigures]] = {}

    def of(self, workload: str, peer: str) -> PeerFigures:
        """Return the figures of one pair, made when first asked for."""
        return self.workloads.setdefault(workload, {}).setdefault(peer, PeerFigures())

    def fail(self, workload: str, peer: str, note: str) -> None:
        """Note that a round of this pair could not be measured."""
        figures = self.of(workload, peer)
        figures.failures += 1
        figures.note = note

    @property
    def complete(self) -> bool:
        """Whether every pair was measured in every round."""
        return not any(
            figures.failures for peers in self.workloads.values() for figures in peers.values()
        )

    def as_json(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the content of the file."""
        return {
            workload: {name: figures.as_json() for name, figures in peers.items()}
            for workload, peers in self.workloads.items()
        }


def write_results(content: Mapping[str, Any], file: Path) -> None:
    """Write the file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps(content, indent=2) + "\n")


def read_results(file: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Read what ``write_results`` wrote."""
    content: dict[str, dict[str, dict[str, Any]]] = json.loads(file.read_text())
    return content
