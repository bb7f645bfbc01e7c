"""Files as answers: ranges, conditions, names."""

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.errors import TrimaranError
from trimaran.http import FileResponse, Request
from trimaran.http.disposition import content_disposition
from trimaran.http.files import guess_media_type
from trimaran.http.ranges import parse_range


class Channel:
    """A connection that is there and says nothing."""

    client = None
    server = None
    scheme = "http"
    http_version = "1.1"

    def is_disconnected(self) -> bool:
        """The client stays."""
        return False

    async def wait_disconnected(self) -> None:
        """Unused."""


CONTENT = bytes(range(256)) * 40


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file last changed at a known second."""
    path = tmp_path / "film.bin"
    path.write_bytes(CONTENT)
    os.utime(path, (784111777, 784111777))
    return path


def get(
    response: FileResponse, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Prepare a response for a request; return its status, headers and body."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]

    async def go() -> bytes:
        await response.prepare(Request(method, "/", b"", raw, Channel()))
        return b"".join([chunk async for chunk in response.chunks()])

    body = asyncio.run(go())
    return response.status_code, dict(response.headers), body


def test_whole_file(file: Path) -> None:
    """With what a client needs to ask for less the next time."""
    status, headers, body = get(FileResponse(file))
    assert (status, body) == (200, CONTENT)
    assert headers["content-length"] == str(len(CONTENT))
    assert headers["last-modified"] == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert headers["accept-ranges"] == "bytes"
    assert headers["content-type"] == "application/octet-stream"
    assert headers["etag"].startswith('"')


@pytest.mark.parametrize(
    ("wanted", "part", "told"),
    [
        ("bytes=0-0", slice(0, 1), "bytes 0-0/10240"),
        ("bytes=10-19", slice(10, 20), "bytes 10-19/10240"),
        ("bytes=10200-", slice(10200, None), "bytes 10200-10239/10240"),
        ("bytes=-5", slice(-5, None), "bytes 10235-10239/10240"),
        ("bytes=10230-99999", slice(10230, None), "bytes 10230-10239/10240"),
        ("bytes=0-4, 3-9", slice(0, 10), "bytes 0-9/10240"),
    ],
)
def test_one_range(file: Path, wanted: str, part: slice, told: str) -> None:
    """206 with that part and its place."""
    status, headers, body = get(FileResponse(file), range=wanted)
    assert (status, body, headers["content-range"]) == (206, CONTENT[part], told)
    assert headers["content-length"] == str(len(body))


def test_several_ranges(file: Path) -> None:
    """A multipart answer whose length is announced rightly."""
    status, headers, body = get(FileResponse(file), range="bytes=0-1,100-101")
    kind, _, boundary = headers["content-type"].partition("; boundary=")
    assert (status, kind) == (206, "multipart/byteranges")
    assert headers["content-length"] == str(len(body))
    assert body == (
        f"--{boundary}\r\ncontent-type: application/octet-stream\r\n"
        "content-range: bytes 0-1/10240\r\n\r\n\0\1\r\n"
        f"--{boundary}\r\ncontent-type: application/octet-stream\r\n"
        f"content-range: bytes 100-101/10240\r\n\r\nde\r\n--{boundary}--\r\n"
    ).encode("latin-1")


@pytest.mark.parametrize("wanted", ["bytes=10240-", "bytes=99999-100000", "bytes=-0"])
def test_ranges_beyond_the_end(file: Path, wanted: str) -> None:
    """416 with the size."""
    status, headers, body = get(FileResponse(file), range=wanted)
    assert (status, headers["content-range"], body) == (416, "bytes */10240", b"")


@pytest.mark.parametrize(
    "wanted",
    [
        "lines=0-1",
        "bytes=a-b",
        "bytes=5-1",
        "bytes=-",
        "bytes",
        "bytes=" + "0-0," * 16 + "1-1",
        "bytes=0-" + "9" * 5000,
    ],
)
def test_ranges_that_are_not_understood(file: Path, wanted: str) -> None:
    """The whole is sent, as RFC 9110 says."""
    assert get(FileResponse(file), range=wanted)[0] == 200


def test_ranges_of_other_methods_and_statuses(file: Path) -> None:
    """Only GET has ranges, and only a 200 has parts."""
    assert get(FileResponse(file), "HEAD", range="bytes=0-1")[0] == 200
    assert get(FileResponse(file, 404), range="bytes=0-1")[0] == 404


def test_files_that_the_client_has(file: Path) -> None:
    """304 without a body, by tag or by date."""
    _, headers, _ = get(FileResponse(file))
    etag, date = headers["etag"], headers["last-modified"]
    for condition in ({"if_none_match": f'"x", W/{etag}'}, {"if_modified_since": date}):
        status, again, body = get(FileResponse(file), **condition)
        assert (status, body, again["etag"]) == (304, b"", etag)
        assert "content-length" not in again
    assert get(FileResponse(file), if_none_match='"x"', if_modified_since=date)[0] == 200
    assert get(FileResponse(file), if_match='"x"')[0] == 412
    assert get(FileResponse(file), if_modified_since="Sun, 06 Nov 1994 08:49:36 GMT")[0] == 200


def test_if_range(file: Path) -> None:
    """A part only of the version that the client has the rest of."""
    etag = get(FileResponse(file))[1]["etag"]
    date = "Sun, 06 Nov 1994 08:49:37 GMT"
    statuses = [
        get(FileResponse(file), range="bytes=0-1", if_range=given)[0]
        for given in (etag, date, f"W/{etag}", '"old"', "Sun, 06 Nov 1994 08:49:38 GMT")
    ]
    assert statuses == [206, 206, 200, 200, 200]


def test_missing_files_and_folders(tmp_path: Path) -> None:
    """Are told before the answer begins, to the developer."""
    with pytest.raises(TrimaranError, match=r"TRI-HTTP-007 The file '.*none' .* No such file"):
        get(FileResponse(tmp_path / "none"))
    with pytest.raises(TrimaranError, match="it is not a regular file"):
        get(FileResponse(tmp_path))


def test_unprepared_files_are_sent_whole(file: Path) -> None:
    """By an exception handler, for example."""

    async def go() -> bytes:
        return b"".join([chunk async for chunk in FileResponse(file).chunks()])

    assert asyncio.run(go()) == CONTENT


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a b.txt", 'attachment; filename="a b.txt"'),
        ('a"b\\c.txt', "attachment; filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b%5Cc.txt"),
        ("naïve.pdf", "attachment; filename=\"na_ve.pdf\"; filename*=UTF-8''na%C3%AFve.pdf"),
        ("a\r\nX: y", 'attachment; filename="a__X: y"'),
    ],
)
def test_names_to_save_as(name: str, written: str) -> None:
    """RFC 6266: plain for all, whole for those who can read it."""
    assert content_disposition("attachment", name) == written


def test_file_names_in_answers(file: Path) -> None:
    """The name decides the media type too; ``inline`` shows it in the browser."""
    response = FileResponse(file, filename="p.webp", content_disposition_type="inline")
    assert response.headers["content-disposition"] == 'inline; filename="p.webp"'
    assert response.headers["content-type"] == "image/webp"
    assert FileResponse(file, media_type="video/mp4").headers["content-type"] == "video/mp4"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.JS", "text/javascript"),
        ("a.tar.gz", "application/gzip"),
        ("a.html", "text/html"),
        ("a", "application/octet-stream"),
        ("a.unknown", "application/octet-stream"),
    ],
)
def test_guessed_types(name: str, kind: str) -> None:
    """The same wherever it runs."""
    assert guess_media_type(name) == kind


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 60)), min_size=1, max_size=6))
def test_ranges_cover_what_was_asked(pairs: list[tuple[int, int]]) -> None:
    """Every byte asked for that exists, once and in order."""
    pairs = [(min(pair), max(pair)) for pair in pairs]
    spans = parse_range("bytes=" + ",".join(f"{a}-{b}" for a, b in pairs), 40)
    wanted = sorted({place for a, b in pairs for place in range(a, b + 1) if place < 40})
    assert spans is not None
    assert [place for a, b in spans for place in range(a, b)] == wanted
