"""Names of migrations, from what they do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.migrations.operations import Operation

_LONGEST = 52
_WORD = re.compile(r"[a-z0-9_]{1,80}")


def next_number(names: Sequence[str]) -> int:
    """The number that follows the highest one in use."""
    return max((int(name.split("_", 1)[0]) for name in names), default=0) + 1


def suggested_name(operations: Sequence[Operation], *, first: bool) -> str:
    """A name such as ``add_film_rating``; ``initial`` for the first migration."""
    if first:
        return "initial"
    name = ""
    slugs = [_clean(operation.slug()) for operation in operations]
    for position, slug in enumerate(slugs):
        longer = f"{name}_and_{slug}" if name else slug
        rest = position + 1 < len(slugs)
        if len(longer) + (len("_and_more") if rest else 0) > _LONGEST:
            return f"{name}_and_more" if name else slug[:_LONGEST].rstrip("_")
        name = longer
    return name


def title_of(operations: Sequence[Operation]) -> str:
    """The first line of a migration file."""
    described = [operation.describe() for operation in operations]
    title = "; ".join(described[:3])
    if len(described) > 3:
        title += f"; and {len(described) - 3} more"
    if len(title) > 90:
        title = title[:87].rstrip() + "..."
    title = title.replace("\\", "/").replace('"', "'")
    return title[:1].upper() + title[1:] + ("" if title.endswith("...") else ".")


def valid_name(name: str) -> bool:
    """Whether a name can be that of a file and a module."""
    return _WORD.fullmatch(name) is not None


def _clean(slug: str) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", slug.lower()).strip("_")
