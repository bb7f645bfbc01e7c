"""``POST /body``: the same 10 KB, declared as Pydantic models by every peer that knows them."""

from dataclasses import replace

from benchmarks.workloads import body

WORKLOAD = replace(body.WORKLOAD, title="10 KB JSON body by Pydantic models", rate=99)
