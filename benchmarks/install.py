"""Installs each peer, with pinned versions, into a cache folder that git ignores."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.catalog import Peer
from benchmarks.errors import MissingToolError, PeerError

__all__ = ["CACHE", "install", "python_environment", "write_whole"]

CACHE = Path(__file__).parent / ".cache"


def install(peer: Peer) -> dict[str, str]:
    """Make a peer ready to start; return what fills its command.

    Costs nothing where it is installed already with the same pins.
    """
    if peer.runtime == "node":
        folder = node_modules(peer.name, peer.dependencies)
        python = ""
    else:
        folder = CACHE / "run" / peer.name
        folder.mkdir(parents=True, exist_ok=True)
        python = (
            sys.executable
            if peer.runtime == "project"
            else str(python_environment(peer.name, peer.dependencies))
        )
    # Under its own name the file would shadow the package it imports.
    app = folder / f"app{peer.file.suffix}"
    write_whole(app, peer.file.read_text())
    return {"python": python, "app": app.name, "folder": str(folder)}


@contextmanager
def alone() -> Iterator[None]:
    """Let one program at a time install into the cache."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_whole(file: Path, text: str) -> None:
    """Write a file such that nobody sees half of it."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(file)


def python_environment(name: str, dependencies: Sequence[str]) -> Path:
    """Return the interpreter of a virtual environment that holds exactly these packages."""
    folder = CACHE / "python" / name
    python = folder / "bin" / "python"
    wanted = [sys.version, *dependencies]
    with alone():
        if is_current(folder, wanted):
            return python
        print(f"Installing {', '.join(dependencies)} ...", flush=True)
        run([sys.executable, "-m", "venv", "--clear", str(folder)], name)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*command, *dependencies], name)
        mark(folder, wanted)
    return python


def node_modules(name: str, dependencies: Sequence[str]) -> Path:
    """Return a folder whose ``node_modules`` holds exactly these packages."""
    for tool in ("node", "npm") if dependencies else ("node",):
        if shutil.which(tool) is None:
            text = f"{name} needs {tool}. Install Node.js 20 or newer (Debian: nodejs, npm)."
            raise MissingToolError(text)
    folder = CACHE / "node" / name
    with alone():
        if not is_current(folder, dependencies):
            npm_install(folder, name, dependencies)
    return folder


def npm_install(folder: Path, name: str, dependencies: Sequence[str]) -> None:
    """Install Node packages into a folder of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    pins = dict(spec.rsplit("@", 1) for spec in dependencies)
    manifest = {"name": f"peer-{name}", "version": "0.0.0", "private": True, "dependencies": pins}
    (folder / "package.json").write_text(json.dumps(manifest, indent=2) + "\n")
    if dependencies:
        print(f"Installing {', '.join(dependencies)} ...", flush=True)
        npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        run(npm, name, cwd=folder)
    mark(folder, dependencies)


def run(command: Sequence[str], name: str, *, cwd: Path | None = None) -> None:
    """Run an installer; its last lines go into the error if it fails."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env={**os.environ, "CI": "1"}
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        text = f"{name} could not be installed: {' '.join(command)}\n{tail}"
        raise PeerError(text)


def stamp(folder: Path) -> Path:
    """Return the file that remembers what is installed."""
    return folder / "installed.txt"


def fingerprint(wanted: Sequence[str]) -> str:
    """Return a short text that changes whenever a pin does."""
    return hashlib.sha256("\n".join(wanted).encode()).hexdigest()


def is_current(folder: Path, wanted: Sequence[str]) -> bool:
    """Tell whether the folder holds just what is wanted."""
    return stamp(folder).is_file() and stamp(folder).read_text() == fingerprint(wanted)


def mark(folder: Path, wanted: Sequence[str]) -> None:
    """Remember what is installed in the folder."""
    stamp(folder).write_text(fingerprint(wanted))
