"""``trimaran.status``: names of status codes."""

import http

from trimaran import status

NAMES = {name: value for name, value in vars(status).items() if name.startswith(("HTTP_", "WS_"))}


def test_a_name_holds_its_number() -> None:
    """``HTTP_404_NOT_FOUND`` is 404, ``WS_1008_POLICY_VIOLATION`` 1008."""
    assert NAMES["HTTP_404_NOT_FOUND"] == 404
    assert all(value == int(name.split("_")[1]) for name, value in NAMES.items())


def test_every_registered_status_has_a_name() -> None:
    """All of IANA's that Python knows, and both names of what RFC 9110 renamed."""
    assert {status.value for status in http.HTTPStatus} <= set(NAMES.values())
    assert NAMES["HTTP_422_UNPROCESSABLE_ENTITY"] == NAMES["HTTP_422_UNPROCESSABLE_CONTENT"]
