"""How each vendor writes functions and aggregates; import it lazily."""

from __future__ import annotations
