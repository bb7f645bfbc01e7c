"""What ``TestClient`` sends, and what it makes of the answer."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from trimaran import App
from trimaran.errors import ClientDisconnectedError, TrimaranError
from trimaran.http.request import Request
from trimaran.http.response import PlainTextResponse, Response, StreamingResponse
from trimaran.testing import TestClient


@pytest.fixture
def client(small: Any) -> TestClient:
    """Return a client of the small application, its life not begun."""
    return TestClient(small)


def test_a_request_arrives_as_on_the_wire(client: TestClient) -> None:
    """Method, path, query, headers, body and addresses are those of a real request."""
    seen = client.post("/echo?a=1", params={"b": [2, True], "c": None}, json={"x": 1}).json()
    assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/echo", '{"x":1}')
    assert seen["query"] == [["a", "1"], ["b", "2"], ["b", "true"], ["c", ""]]
    assert seen["url"] == "http://testserver/echo?a=1&b=2&b=true&c="
    assert seen["client"] == ["testclient", 50000]
    assert dict(seen["headers"]) == {
        "host": "testserver",
        "accept": "*/*",
        "user-agent": "testclient",
        "content-type": "application/json",
        "content-length": "7",
    }


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_every_method_has_a_call(client: TestClient, method: str) -> None:
    """``client.put`` sends PUT, and so on."""
    assert getattr(client, method)("/echo").json()["method"] == method.upper()


def test_head_has_a_length_and_no_body(client: TestClient) -> None:
    """HEAD answers with GET's headers alone."""
    answer = client.head("/late")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "13"


def test_paths_are_decoded_and_encoded(client: TestClient) -> None:
    """A path with spaces and accents arrives decoded, whether it was encoded or not."""
    assert client.get("/é x").json()["path"] == "/é x"
    assert client.get("/%C3%A9%20x").json()["url"] == "http://testserver/%C3%A9%20x"


def test_bodies_of_every_kind(client: TestClient) -> None:
    """Forms, text, bytes and iterables are sent with what describes them."""
    form = client.post("/echo", data={"a": "1 2", "b": ["x", "y"]}).json()
    assert form["body"] == "a=1+2&b=x&b=y"
    assert ["content-type", "application/x-www-form-urlencoded"] in form["headers"]
    assert client.post("/echo", content="täxt").json()["body"].encode("latin-1") == "täxt".encode()
    chunked = client.post("/echo", content=iter([b"a", "b", b""])).json()
    assert chunked["body"] == "ab"
    assert ["transfer-encoding", "chunked"] in chunked["headers"]
    assert client.post("/echo", json=None).json()["body"] == "null"


def test_headers_cookies_and_credentials(client: TestClient) -> None:
    """A request's own headers win over the client's; credentials become a header."""
    client.headers["x-shop"] = "1"
    seen = client.get(
        "/echo", headers={"X-Shop": "2", "User-Agent": "me"}, cookies={"a": "1"}, auth=("u", "p")
    ).json()
    headers = dict(seen["headers"])
    assert (headers["x-shop"], headers["user-agent"]) == ("2", "me")
    assert headers["authorization"] == "Basic dTpw"
    assert seen["cookies"] == {"a": "1"}


def test_an_answer_reads_like_httpx(client: TestClient) -> None:
    """Status, headers, text and JSON have the names that HTTPX gives them."""
    answer = client.get("/late")
    assert (answer.status_code, answer.reason_phrase) == (200, "OK")
    assert answer.is_success
    assert not answer.is_error
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text == '{"late":true}'
    assert answer.json() == {"late": True}
    assert repr(answer) == "<ClientResponse 200 OK>"
    assert answer.raise_for_status() is answer


def test_raise_for_status_says_what_was_answered(client: TestClient) -> None:
    """An answer that is no success raises, with the request and the body in the message."""
    with pytest.raises(TrimaranError) as caught:
        client.get("/nowhere").raise_for_status()
    assert str(caught.value) == (
        "TRI-TEST-003 GET http://testserver/nowhere was answered 404 Not Found:"
        ' {"detail":"Not Found"}'
    )


def test_an_empty_answer_has_no_length(client: TestClient) -> None:
    """204 carries neither a body nor a content-length."""
    answer = client.delete("/empty")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-length" not in answer.headers


def test_a_body_beyond_the_limit_is_refused(client: TestClient) -> None:
    """The route's limit holds for announced and for arriving bodies, collected or streamed."""
    limits = {"/echo": 1000, "/upload": 200_000, "/late": 4 * 1024 * 1024}
    for path, limit in limits.items():
        size = limit + 1
        assert client.post(path, content=b"x" * size).status_code == 413
        answer = client.post(path, content=(b"x" * 1000 for _ in range(size // 1000 + 1)))
        assert (answer.status_code, answer.json()) == (
            413,
            {"detail": f"The body is larger than {limits[path]} bytes."},
        )


def test_a_streamed_body_arrives_in_chunks(client: TestClient) -> None:
    """A route that streams sees the chunks as they were sent."""
    assert client.post("/upload", content=iter([b"12", b"345"])).json() == [2, 3]
    assert client.post("/upload", content=b"x" * 70_000).json() == [65_536, 4_464]
    assert client.get("/upload").json() == []


def test_the_exception_behind_a_500_is_raised(client: TestClient) -> None:
    """By default a fault of the server fails the test with the handler's own exception."""
    with pytest.raises(ValueError, match="the handler's own"):
        client.get("/fails")


def test_the_500_itself_can_be_asked_for(small: Any) -> None:
    """With ``raise_server_exceptions=False`` the client sees what a browser would."""
    answer = TestClient(small, raise_server_exceptions=False).get("/fails")
    assert (answer.status_code, answer.is_server_error) == (500, True)
    assert answer.json() == {"detail": "Internal Server Error"}


@pytest.mark.parametrize(
    ("status", "method", "body"), [(303, "GET", ""), (302, "GET", ""), (307, "POST", "data")]
)
def test_redirects_are_followed_as_browsers_do(
    client: TestClient, status: int, method: str, body: str
) -> None:
    """303 and 302 become GET without a body, 307 repeats the request; history keeps them."""
    answer = client.post(f"/moved?status={status}", content="data")
    seen = answer.json()
    assert (seen["method"], seen["body"], seen["query"]) == (method, body, [["after", "1"]])
    assert [(one.status_code, one.is_redirect) for one in answer.history] == [(status, True)]
    assert str(answer.url) == "http://testserver/echo?after=1"
    assert ("content-length" in dict(seen["headers"])) is bool(body)


def test_redirects_can_be_left_alone(client: TestClient) -> None:
    """``follow_redirects=False`` returns the redirect itself."""
    answer = client.get("/moved", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/echo?after=1")


def test_credentials_do_not_follow_to_another_host(client: TestClient) -> None:
    """A redirect elsewhere drops authorization and cookies."""
    seen = client.get("/away", auth=("u", "p"), cookies={"a": "1"}).json()
    assert seen["url"] == "http://elsewhere.example/echo"
    assert {"authorization", "cookie"}.isdisjoint(dict(seen["headers"]))


def test_a_loop_of_redirects_ends(client: TestClient) -> None:
    """After twenty redirects the client gives up and says so."""
    with pytest.raises(TrimaranError, match="TRI-TEST-006 More than 20 redirects"):
        client.get("/loop")


def test_cookies_are_kept_and_sent_where_they_fit(client: TestClient) -> None:
    """A cookie goes back to its path, a secure one over https alone, a deleted one nowhere."""
    assert client.get("/login").cookies == {"session": "s1", "scoped": "s2", "safe": "s3"}
    assert client.get("/echo").json()["cookies"] == {"session": "s1"}
    secure = client.get("https://testserver/echo").json()["cookies"]
    assert secure == {"session": "s1", "safe": "s3"}
    assert client.get("http://elsewhere.example/echo").json()["cookies"] == {}
    client.get("/logout")
    assert client.get("/echo").json()["cookies"] == {}


def test_a_cookie_of_the_client_goes_everywhere(small: Any) -> None:
    """Cookies given to the client are sent, and can be changed and deleted."""
    client = TestClient(small, cookies={"theme": "dark"})
    client.cookies["lang"] = "de"
    assert client.get("/echo").json()["cookies"] == {"theme": "dark", "lang": "de"}
    client.cookies.delete("theme")
    assert dict(client.cookies) == {"lang": "de"}


def test_a_stream_is_collected_and_its_hooks_run(client: TestClient, small: Any) -> None:
    """``get`` reads a stream to its end, and what comes after the answer has run by then."""
    answer = client.get("/stream")
    assert answer.text == "line 0\r\nline 1\r\nline 2\r\n"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert list(answer.iter_lines()) == ["line 0", "line 1", "line 2"]
    assert small.events == ["sent 0", "sent 1", "sent 2", "closed", "after"]


def test_a_stream_is_read_as_it_is_sent(client: TestClient, small: Any) -> None:
    """``stream`` hands on each line when it comes; the handler is at most a chunk or two ahead."""
    with client.stream("GET", "/stream") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "line 0"
        assert "sent 2" not in small.events[:-1]
        assert list(lines) == ["line 1", "line 2"]
    assert small.events[-2:] == ["closed", "after"]


def test_leaving_a_stream_early_closes_it(client: TestClient, small: Any) -> None:
    """A client that hangs up closes the handler's generator, and its hooks still run."""

    @small.at("/endless")
    def endless(request: Request) -> Response:
        async def body() -> AsyncIterator[str]:
            try:
                while True:
                    yield "tick\n"
            finally:
                small.events.append("closed")

        return StreamingResponse(body(), media_type="text/event-stream")

    with client.stream("GET", "/endless") as answer:
        assert next(answer.iter_lines()) == "tick"
        with pytest.raises(TrimaranError, match=r"TRI-TEST-004 .* Call read\(\)"):
            _ = answer.content
    assert small.events == ["closed"]


def test_a_stream_that_breaks_off_is_told(small: Any) -> None:
    """A stream that fails midway raises its exception, or says that the answer broke off."""

    @small.at("/breaks")
    def breaks(request: Request) -> Response:
        def body() -> Iterator[bytes]:
            yield b"first"
            raise ZeroDivisionError

        return StreamingResponse(body())

    with pytest.raises(ZeroDivisionError):
        TestClient(small).get("/breaks")
    quiet = TestClient(small, raise_server_exceptions=False)
    with pytest.raises(TrimaranError, match=r"TRI-TEST-007 .*/breaks broke off: ZeroDivision"):
        quiet.get("/breaks")


def test_a_hook_that_fails_fails_the_test(small: Any) -> None:
    """Every hook runs; the first exception among them is raised, unless the client keeps quiet."""

    async def broken() -> None:
        message = "no mail today"
        raise OSError(message)

    async def works() -> None:
        small.events.append("mailed")

    @small.at("/mails")
    def mails(request: Request) -> Response:
        answer = PlainTextResponse("sent")
        answer.after = [broken, works]
        return answer

    with pytest.raises(OSError, match="no mail today"):
        TestClient(small).get("/mails")
    assert small.events == ["mailed"]
    assert TestClient(small, raise_server_exceptions=False).get("/mails").text == "sent"


def test_a_client_can_leave_while_the_handler_runs(client: TestClient, small: Any) -> None:
    """``disconnect_after`` is a client that leaves: the handler learns of it and ends."""
    with pytest.raises(ClientDisconnectedError, match=r"left after 0\.01 s"):
        client.get("/waits", disconnect_after=0.01)
    assert small.events == ["left: True"]


def test_an_upload_that_breaks_off_reaches_the_handler(client: TestClient) -> None:
    """Content that raises is a client that leaves midway."""

    def content() -> Iterator[bytes]:
        yield b"half"
        raise OSError

    with pytest.raises(ClientDisconnectedError):
        client.post("/upload", content=content())


def test_the_block_runs_the_life_of_the_application(small: Any) -> None:
    """``with TestClient(app)`` starts and stops the application; without it neither happens."""
    TestClient(small).get("/late")
    assert small.events == []
    with TestClient(small) as client:
        assert client.get("/late").status_code == 200
        assert small.events == ["startup"]
    assert small.events == ["startup", "shutdown"]


def test_a_start_that_fails_fails_the_block(small: Any, monkeypatch: Any) -> None:
    """An exception of the start-up reaches the test as it is."""

    async def broken() -> None:
        message = "no database"
        raise ConnectionError(message)

    monkeypatch.setattr(small, "startup", broken)
    with pytest.raises(ConnectionError, match="no database"), TestClient(small):
        pass


def test_threads_take_turns(client: TestClient) -> None:
    """One client serves several threads, one request at a time."""
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(client.get("/late").status_code))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 8


def test_a_mistaken_call_is_explained(client: TestClient) -> None:
    """A body given twice and an option that does not exist say so."""
    with pytest.raises(TrimaranError, match=r"The body is given as json and as content"):
        client.post("/echo", json={}, content=b"")
    with pytest.raises(TrimaranError, match=r"knows no option jsn. It takes params, headers"):
        client.post("/echo", jsn={})  # type: ignore[call-arg]


def test_a_header_that_would_break_the_message_is_refused(small: Any) -> None:
    """A line end in a response's header fails, as it does on a real server."""

    @small.at("/split")
    def split(request: Request) -> Response:
        answer = PlainTextResponse("x")
        answer.raw_headers.append((b"x-a", b"1\r\nset-cookie: a=1"))
        return answer

    with pytest.raises(TrimaranError, match=r"TRI-TEST-005 .*'x-a'.* Keep CR, LF and NUL out"):
        TestClient(small).get("/split")


def test_all_cookies_are_replaced_at_once() -> None:
    """As HTTPX's client lets them be."""
    app = App()

    @app.get("/")
    def show(request: Request) -> dict[str, str]:
        return dict(request.cookies)

    client = TestClient(app, cookies={"old": "1"})
    client.cookies = {"theme": "dark"}  # type: ignore[assignment]  # it becomes a jar
    assert client.get("/").json() == {"theme": "dark"}
