"""Draws the panels that it reads from standard input; runs where matplotlib is installed.

One column a workload: above, work per CPU-second; below, memory under load.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

MAIN = "#0b7285"
PEER = "#adb5bd"
IDLE = "#ced4da"
MAIN_IDLE = "#66b2bf"
INK = "#212529"
FAINT = "#6c757d"
BAR = 0.66


def style() -> None:
    """Set the typeface and the colours of everything."""
    mpl.rcParams.update(
        {
            "font.family": ["DejaVu Sans"],
            "font.size": 10,
            "text.color": INK,
            "axes.edgecolor": "#dee2e6",
            "axes.labelcolor": FAINT,
            "xtick.color": FAINT,
            "ytick.color": INK,
            "figure.facecolor": "white",
        }
    )


def clear(axes: Any, titles: list[str]) -> None:
    """Leave nothing but the bars and their names."""
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="both", length=0)
    axes.set_xticks([])
    axes.set_yticks(range(len(titles)), titles)
    axes.invert_yaxis()


def label(bar: dict[str, Any]) -> str:
    """Return what stands behind a bar."""
    text = f"{bar['work']:,.0f}"
    if bar["errors"]:
        text += f"  {bar['errors']} errors!"
    return text


def factor(value: float) -> str:
    """Return a ratio with two figures that say something."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 2 else f"{value:.2f}"


def draw_work(axes: Any, bars: list[dict[str, Any]]) -> None:
    """Draw the upper panel: work per CPU-second."""
    places = range(len(bars))
    colours = [MAIN if bar["main"] else PEER for bar in bars]
    axes.barh(places, [bar["work"] for bar in bars], height=BAR, color=colours)
    for place, bar in zip(places, bars, strict=True):
        axes.plot([bar["low"], bar["high"]], [place, place], color=INK, lw=1, alpha=0.6)
    longest = max(bar["high"] for bar in bars)
    for place, bar in zip(places, bars, strict=True):
        weight = "bold" if bar["main"] else "normal"
        end = max(bar["work"], bar["high"]) + longest * 0.02
        text = axes.text(end, place, label(bar), va="center", weight=weight, fontsize=9.5)
        if bar["ratio"] is not None:
            axes.annotate(
                f"  {factor(bar['ratio'])}x", xy=(1, 0.5), xycoords=text, va="center",
                color=MAIN, fontsize=9,
            )  # fmt: skip
    axes.set_xlim(0, longest * 1.45)
    clear(axes, [bar["title"] for bar in bars])


def draw_memory(axes: Any, bars: list[dict[str, Any]]) -> None:
    """Draw the lower panel: memory idle, and what load adds to it."""
    bars = sorted(bars, key=lambda bar: bar["loaded"])
    places = range(len(bars))
    idle = [min(bar["idle"], bar["loaded"]) for bar in bars]
    more = [bar["loaded"] - low for bar, low in zip(bars, idle, strict=True)]
    axes.barh(places, idle, height=BAR, color=[MAIN if bar["main"] else PEER for bar in bars])
    light = [MAIN_IDLE if bar["main"] else IDLE for bar in bars]
    axes.barh(places, more, left=idle, height=BAR, color=light)
    longest = max(bar["loaded"] for bar in bars)
    for place, bar in zip(places, bars, strict=True):
        axes.text(
            bar["loaded"] + longest * 0.02, place, f"{bar['idle']:.0f} → {bar['loaded']:.0f} MB",
            va="center", fontsize=9, weight="bold" if bar["main"] else "normal",
        )  # fmt: skip
    axes.set_xlim(0, longest * 1.45)
    clear(axes, [bar["title"] for bar in bars])


def heading(axes: Any, title: str, below: str) -> None:
    """Write a panel's title and, smaller, what it shows."""
    axes.annotate(title, (0, 1), (0, 24), "axes fraction", textcoords="offset points",
                  weight="bold", fontsize=11.5)  # fmt: skip
    axes.annotate(below, (0, 1), (0, 8), "axes fraction", textcoords="offset points",
                  color=FAINT, fontsize=9)  # fmt: skip


def main() -> None:
    """Draw what standard input describes."""
    job = json.load(sys.stdin)
    panels = job["panels"]
    style()
    rows = max(len(panel["bars"]) for panel in panels)
    height = 2.5 + 0.72 * rows
    figure, grid = plt.subplots(
        2, len(panels), figsize=(6.4 * len(panels), height), squeeze=False,
        gridspec_kw={"height_ratios": [1.15, 1]},
    )  # fmt: skip
    for column, panel in enumerate(panels):
        draw_work(grid[0][column], panel["bars"])
        heading(
            grid[0][column],
            panel["title"],
            f"answers per CPU-second; 2x: {job['reference']} gives twice as many",
        )
        draw_memory(grid[1][column], panel["bars"])
        heading(grid[1][column], "Memory", "MB (PSS) idle → under load, less is better")
    figure.tight_layout(rect=(0.005, 0.04, 1, 0.99), h_pad=3.2, w_pad=3)
    figure.text(0.012, 0.015, job["footer"], color=FAINT, fontsize=8)
    figure.savefig(job["file"], dpi=150)


if __name__ == "__main__":
    main()
