"""The readable error page: what it shows, and what it never shows."""

from __future__ import annotations

import asyncio
import html
import re
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from trimaran.errors import QueryError
from trimaran.handlers.error_page import render
from trimaran.handlers.error_report import hide_secrets, report_errors, show_value
from trimaran.http.request import Request
from trimaran.http.response import Response


class Wire:
    """A channel that nothing is read from."""

    client = ("127.0.0.1", 4711)
    server = ("localhost", 8000)
    scheme = "http"
    http_version = "1.1"

    def is_disconnected(self) -> bool:
        return False

    async def wait_disconnected(self) -> None:
        await asyncio.sleep(0)


@dataclass
class User:
    """A value whose repr holds a secret."""

    name: str
    password: str


def fail(depth: int = 0) -> None:
    title = "Alien <script>alert(1)</script>"
    user = User("ann", "pw-" + "in-repr")
    api_token = "tok-in" + "-local"
    nested = {"Authorization": "Bearer in-" + "dict", "list": [{"secret": "in-" + "list"}]}
    url = "postgresql://ann:in-" + "url@db/shop"
    if depth:
        fail(depth - 1)
    raise LookupError(f"no film {title}", user, nested, url, bool(api_token))


def caught(call: Any = fail) -> Exception:
    try:
        call()
    except Exception as error:  # noqa: BLE001  any of them
        return error
    raise AssertionError


def request(accept: str = "text/html", **headers: str) -> Request:
    given = {"accept": accept, "x-request-id": "req-1", **headers}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return Request("GET", "/films/<7>", b"q=alien&token=in-query", raw, Wire())


def page(error: Exception | None = None, **headers: str) -> str:
    return render(request(**headers), error or caught()).body.decode()


def header(response: Response, name: str) -> str:
    return response.headers[name]


def test_a_browser_gets_a_page_with_the_developers_frame_first() -> None:
    """The page names the error, the request, and opens the frame that raised it."""
    text = page()
    assert "LookupError at /films/&lt;7&gt;" in text
    assert "request req-1" in text
    first = re.search(r'<details class="frame" open>.*?</summary>', text)
    assert first is not None
    assert "test_error_page.py<b>:" in first[0]
    assert "in fail</span>" in first[0]


def test_the_answer_is_a_500_that_nothing_keeps_or_runs() -> None:
    """Status, request id, no caching, and a policy that allows one style and no script."""
    response = render(request(), caught())
    assert response.status_code == 500
    assert header(response, "x-request-id") == "req-1"
    assert header(response, "cache-control") == "no-store"
    policy = header(response, "content-security-policy")
    nonce = re.search(r"style-src 'nonce-([\w-]+)'", policy)
    assert policy.startswith("default-src 'none';")
    assert nonce is not None
    text = response.body.decode()
    assert f'<style nonce="{nonce[1]}">' in text
    assert "<script" not in text
    assert " style=" not in text


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/plain"])
def test_no_form_shows_a_secret(accept: str) -> None:
    """Values, messages, headers, cookies and the query keep their secrets in every form."""
    text = page(
        accept=accept, cookie="session=in-cookie", authorization="Bearer in-header", dsn="in-dsn"
    )
    for secret in ("pw-in-repr", "tok-in-local", "in-dict", "in-list", "ann:in-url"):
        assert secret not in text.replace("&quot;", '"'), secret
    for secret in ("in-query", "in-cookie", "in-header", "in-dsn"):
        assert secret not in text, secret


def test_other_clients_get_json() -> None:
    """JSON holds the type, the message and the places, under FastAPI's ``detail``."""
    answer = msgspec.json.decode(page(accept="application/json"))
    assert answer["detail"] == "Internal Server Error"
    assert answer["request_id"] == "req-1"
    assert answer["debug"][0]["error"] == "LookupError"
    assert answer["debug"][0]["frames"][-1].endswith("in fail")


def test_text_is_a_traceback() -> None:
    """A client that asks for text gets Python's own traceback."""
    text = page(accept="text/plain")
    assert text.startswith("GET /films/<7> (request req-1)\n\nTraceback")


def test_trimarans_errors_show_their_id_and_mend() -> None:
    """An error of Trimaran's shows its id, its place and how to mend it."""
    error = QueryError(
        "TRI-QUERY-001", "No field 'titel'.", "Did you mean 'title'?", where="a.py:1"
    )
    text = html.unescape(page(error))
    assert '<span class="id">TRI-QUERY-001</span>' in text
    assert "How to mend it</b> Did you mean 'title'?" in text
    assert '<p class="where">a.py:1</p>' in text


def test_causes_contexts_and_groups_are_listed() -> None:
    """What an exception came from, and what a group holds, is told after it."""

    def call() -> None:
        try:
            raise KeyError("deep")
        except KeyError as error:
            group = ExceptionGroup("both", [ValueError("one"), TypeError("two")])
            group.add_note("a note")
            raise group from error

    reports = report_errors(caught(call))
    shown = [(report.relation, report.kind) for report in reports]
    assert shown == [
        ("", "ExceptionGroup"),
        ("Part of the group", "ValueError"),
        ("Part of the group", "TypeError"),
        ("Caused by", "KeyError"),
    ]
    assert reports[0].notes == ("a note",)


def test_a_cycle_of_causes_ends() -> None:
    """Exceptions that name one another are listed once each."""
    first, second = ValueError("1"), ValueError("2")
    first.__cause__, second.__cause__ = second, first
    assert [report.message for report in report_errors(first)] == ["1", "2"]


def test_a_deep_recursion_is_cut() -> None:
    """A thousand frames do not make a page of a thousand frames."""

    def endless() -> None:
        endless()

    error = caught(endless)
    (report,) = report_errors(error)
    assert isinstance(error, RecursionError)
    assert len(report.frames) == 60
    assert len(page(error)) < 600_000


def test_values_are_short_and_never_raise() -> None:
    """A huge value is cut, and one whose repr fails is named."""

    class Broken:
        def __repr__(self) -> str:
            raise ZeroDivisionError

    assert len(show_value(list(range(1_000_000)))) < 100
    assert len(show_value("x" * 1_000_000)) < 250
    assert show_value(Broken()).startswith("<Broken ")


def test_an_error_that_cannot_be_shown_is_still_answered() -> None:
    """An exception with a hostile ``__str__`` and surrogates gets a page too."""

    class HostileError(Exception):
        def __str__(self) -> str:
            raise ZeroDivisionError

    assert "its __str__ raised ZeroDivisionError" in page(HostileError())
    assert "ValueError" in page(ValueError("\ud800"))
    assert "ValueError" in page(ValueError("\ud800"), accept="application/json")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("User(name='a', password='b c')", "User(name='a', password=**********)"),
        ('{"api_key": "x", "n": 1}', '{"api_key": **********, "n": 1}'),
        ("[(b'cookie', b'a=1'), (b'x', b'y')]", "[(b'cookie', **********), (b'x', b'y')]"),
        ("authorization: Bearer abc", "authorization: **********"),
        ("token=abc&page=2", "token=**********&page=2"),
        ("the token, however", "the token, however"),
    ],
)
def test_secrets_beside_their_names_are_hidden(text: str, hidden: str) -> None:
    """Keyword arguments, JSON, header pairs and queries lose the values of secrets."""
    assert hide_secrets(text) == hidden


def test_a_syntax_error_shows_its_line() -> None:
    """The line that Python could not read is the developer's own frame."""
    (report,) = report_errors(caught(lambda: compile("x = 1\ny = (", "shop.py", "exec")))
    assert report.user_frames[0].place.endswith("shop.py:2 in <module>")
