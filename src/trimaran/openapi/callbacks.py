"""Routes that are only described: callbacks and webhooks, which others answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from trimaran.errors import ConfigurationError, ConfigurationErrors
from trimaran.handlers.planning import build_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trimaran.handlers.plan import Plan
    from trimaran.handlers.route import Route


def planned(routes: Iterable[Route]) -> list[Plan]:
    """Return the plans of routes whose paths are names or run-time expressions.

    ``film-sold``, ``{$callback_url}/invoices/{$request.body#/id}``: nothing of them is taken by a
    parameter. Raises ``ConfigurationErrors`` with the faults of all of them.
    """
    plans: list[Plan] = []
    faults: list[ConfigurationError] = []
    for route in routes:
        try:
            plan = build_plan(msgspec.structs.replace(route, path="/"), {})
        except ConfigurationErrors as errors:
            faults += errors.errors
        else:
            plans.append(msgspec.structs.replace(plan, route=route))
    if faults:
        raise ConfigurationErrors(faults)
    return plans
