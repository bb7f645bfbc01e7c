"""What can go wrong while measuring, each with a sentence that says what to do."""

from __future__ import annotations

__all__ = ["BenchmarkError", "MissingToolError", "PeerError"]


class BenchmarkError(Exception):
    """The run cannot go on as asked; the text says why and what to do."""


class MissingToolError(BenchmarkError):
    """A program or a service that the measurement needs is not there."""


class PeerError(BenchmarkError):
    """One peer could not be installed, started or measured; the others go on."""
