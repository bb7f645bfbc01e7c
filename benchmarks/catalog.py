"""Finds the workloads and the peers: every file in their two folders is one of them."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

from benchmarks.errors import BenchmarkError
from benchmarks.exchange import Workload

__all__ = ["Peer", "choose", "find_peers", "find_workloads", "read_peer"]

ROOT = Path(__file__).parent
Runtime: TypeAlias = Literal["python", "node", "project"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server program: one file that names its packages and how it is started.

    runtime:      ``python`` has a virtual environment of its own, ``node`` a ``node_modules``,
                  ``project`` runs in the interpreter that runs the benchmark
    dependencies: ``fastapi==0.165.0`` or ``express@5.3.0``
    command:      ``{python}``, ``{port}`` and ``{app}`` are filled in
    """

    name: str
    file: Path
    title: str
    runtime: Runtime
    command: Sequence[str]
    workloads: Sequence[str]
    dependencies: Sequence[str] = ()


def inline_metadata(text: str, comment: str) -> str:
    """Return the TOML between ``/// script`` and ``///``, the form of PEP 723.

    comment: what begins each line, ``#`` or ``//``
    """
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.rstrip() == f"{comment} /// script":
            inside = True
        elif inside and line.rstrip() == f"{comment} ///":
            return "\n".join(lines)
        elif inside:
            lines.append(line.removeprefix(comment).removeprefix(" "))
    return ""


def read_peer(file: Path) -> Peer:
    """Read a peer's head without running it."""
    comment = "//" if file.suffix in {".js", ".mjs", ".cjs"} else "#"
    head = tomllib.loads(inline_metadata(file.read_text(), comment))
    try:
        own = head["tool"]["peer"]
        return Peer(
            name=file.stem,
            file=file,
            title=own["title"],
            runtime=own["runtime"],
            command=tuple(own["command"]),
            workloads=tuple(own["workloads"]),
            dependencies=tuple(head.get("dependencies", ())),
        )
    except KeyError as error:
        text = (
            f"{file} lacks {error} in its head. Begin the file with a '{comment} /// script' block "
            "like those of the other peers."
        )
        raise BenchmarkError(text) from None


def find_peers(folder: Path = ROOT / "peers") -> dict[str, Peer]:
    """Return every peer by name; Trimaran first, the others by name."""
    files = sorted(path for path in folder.iterdir() if path.suffix in {".py", ".js", ".mjs"})
    peers = [read_peer(file) for file in files]
    peers.sort(key=lambda peer: (peer.name != "trimaran", peer.name))
    return {peer.name: peer for peer in peers}


def find_workloads(folder: Path = ROOT / "workloads") -> dict[str, Workload]:
    """Return every workload by name, the quickest to answer first."""
    names = [path.stem for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]
    found = {name: importlib.import_module(f"benchmarks.workloads.{name}") for name in names}
    workloads = {name: module.WORKLOAD for name, module in found.items()}
    return dict(sorted(workloads.items(), key=lambda pair: (-pair[1].rate, pair[0])))


def choose(kind: str, asked: Iterable[str], known: Mapping[str, T]) -> dict[str, T]:
    """Return those of ``known`` that are asked for, all where nothing is; refuse other names."""
    names = list(asked) or list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        text = f"No {kind} is called {', '.join(unknown)}. There are: {', '.join(known)}."
        raise BenchmarkError(text)
    return {name: known[name] for name in names}
