"""The description of an application's API, and the pages that show it.

Nothing here is built or read before somebody asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.openapi.pages import docs_routes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.handlers.plan import Plan

__all__ = ["build_document", "docs_routes"]


def build_document(
    plans: Sequence[Plan],
    *,
    title: str,
    version: str,
    summary: str | None = None,
    description: str = "",
    problem_details: bool = False,
) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of these routes; always the same for the same.

    problem_details: faults are answered in RFC 9457's form
    """
    from trimaran.openapi import document

    return document.build(
        plans,
        title=title,
        version=version,
        summary=summary,
        description=description,
        problem_details=problem_details,
    )
