"""What all tests share: a service that should be there may not be skipped in silence."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from typing import Any

import pytest

# How a test says that its service is missing; other skips are about what a service cannot do.
MISSING = re.compile(r"\bno (server|PostgreSQL|MariaDB|Chromium) at\b")
REQUIRED = {name for name in os.environ.get("TRIMARAN_TEST_REQUIRE", "").split(",") if name}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into a failure where its service was required."""
    report = yield
    missing = REQUIRED.intersection(mark.name for mark in item.iter_markers())
    if report.skipped and missing and MISSING.search(str(report.longrepr)):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but {missing} is required: {report.longrepr}"
    return report
