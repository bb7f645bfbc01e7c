"""Trimaran beside its peers: work per CPU-second, latency and memory, in one run.

``python -m benchmarks --help`` says how; ``docs/reference/benchmarks.md`` says how to read it.
A workload is one file in ``workloads/``, a peer is one file in ``peers/``.
"""
