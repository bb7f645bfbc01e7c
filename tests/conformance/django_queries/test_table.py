"""Each feature of the table answers alike on each database."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.django_queries import function_cases, lookup_cases
from tests.conformance.django_queries.table import Case, fill

CASES = [*lookup_cases.CASES, *function_cases.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_feature(library: Any, case: Case) -> None:
    """The feature gives what Django documents."""
    if library.vendor not in case.only:
        pytest.skip(f"{library.vendor} does not have it")
    await fill(library)
    found = await case.ask(library)
    if callable(case.answer):
        assert case.answer(found), found
    else:
        assert found == case.answer
