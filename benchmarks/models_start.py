"""How long a hundred models take to be declared: ``python -m benchmarks.models_start``.

Each has eight fields, a foreign key to the one before and an index; every fifth has a many-to-many
relation. Prints the CPU time of the declarations and that of SQLAlchemy's metadata, which is built
when a migration or the first ``__table__`` asks for it. Each round is a process of its own.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

COUNT = 100
ROUNDS = 5


def declare(count: int = COUNT) -> dict[str, float]:
    """Declare the models and return milliseconds of CPU time."""
    begin = time.process_time()
    from datetime import datetime
    from decimal import Decimal

    from trimaran.db import Field, ForeignKey, Index, ManyToMany, Model, registry

    imported = time.process_time()
    before = None
    for number in range(count):
        annotations: dict[str, object] = {
            "name": str,
            "text": str | None,
            "price": Decimal,
            "count": int,
            "seen": bool,
            "made": datetime,
        }
        body: dict[str, object] = {
            "__module__": __name__,
            "__qualname__": f"Model{number}",
            "__annotations__": annotations,
            "name": Field(max_length=100, index=True),
            "price": Field(max_digits=8, decimal_places=2, ge=0),
            "count": 3,
            "seen": False,
            "made": Field(auto_now_add=True),
            "Meta": type("Meta", (), {"indexes": (Index("name", "-made"),)}),
        }
        if before is not None:
            annotations["before"] = ForeignKey[before]
            body["before"] = Field(related_name=f"after_{number}")
            if number % 5 == 0:
                annotations["others"] = ManyToMany[before]
                body["others"] = Field(related_name=f"of_{number}")
        before = type(Model)(f"Model{number}", (Model,), body)
    declared = time.process_time()
    assert len(registry.models()) == count + (count - 1) // 5
    registry.metadata()
    built = time.process_time()
    return {
        "import": (imported - begin) * 1000,
        "declare": (declared - imported) * 1000,
        "metadata": (built - declared) * 1000,
    }


def main() -> None:
    """Print the median of each figure."""
    if "--once" in sys.argv:
        print(json.dumps(declare()))
        return
    rounds = [
        json.loads(subprocess.check_output([sys.executable, "-m", __spec__.name, "--once"]))
        for _ in range(ROUNDS)
    ]
    for name in rounds[0]:
        print(f"{name:10} {statistics.median(one[name] for one in rounds):7.1f} ms")


if __name__ == "__main__":
    main()
