"""What a model refuses is a fault of the request."""

from __future__ import annotations

import json
import logging
from typing import Any, cast

import pytest

from trimaran.errors import IntegrityError, ModelValidationError
from trimaran.handlers import FaultHandlers
from trimaran.http import Request, Response


def test_a_refused_model_is_answered_with_422() -> None:
    """The faults that a model's gate found are answered in the form of a request's own."""
    fault = {"type": "missing", "loc": ["title"], "msg": "Field required", "input": None}
    error = ModelValidationError([fault], model="Book")
    request = Request("POST", "/books", b"", [], cast("Any", object()))
    answer = FaultHandlers({}).answer(request, error)
    assert isinstance(answer, Response)
    assert answer.status_code == 422
    assert json.loads(answer.body) == {"detail": [{**fault, "loc": ["body", "title"]}]}


@pytest.mark.parametrize(
    ("kind", "columns", "detail"),
    [
        ("unique", ("name",), "name is taken already"),
        ("foreign_key", (), "A value names what does not exist, or is named by something else"),
    ],
)
def test_data_that_conflict_are_answered_with_409(
    kind: str, columns: tuple[str, ...], detail: str
) -> None:
    """A constraint that a client's data break is a conflict, told without the values."""
    error = IntegrityError("TRI-DB-001", "Key (name)=(secret) exists.")
    error.kind, error.columns = kind, columns
    request = Request("POST", "/books", b"", [], cast("Any", object()))
    answer = FaultHandlers({}).answer(request, error)
    assert isinstance(answer, Response)
    assert (answer.status_code, json.loads(answer.body)) == (409, {"detail": detail})


def test_other_constraints_are_a_fault_of_the_server(caplog: pytest.LogCaptureFixture) -> None:
    """A NULL that the code let through is a 500, whose trace is logged."""
    error = IntegrityError("TRI-DB-001", "NULL in name.")
    error.kind = "not_null"
    request = Request("POST", "/books", b"", [], cast("Any", object()))
    with caplog.at_level(logging.ERROR, "trimaran.errors"):
        answer = FaultHandlers({}).answer(request, error)
    assert isinstance(answer, Response)
    assert (answer.status_code, len(caplog.records)) == (500, 1)
