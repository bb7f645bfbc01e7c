"""Form bodies: the same form however they are cut, and bounds for hostile ones."""

import asyncio
import gc
import io
import itertools
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimaran.errors import ClientDisconnectedError, HTTPException
from trimaran.http import FormData, Request, UploadFile
from trimaran.types import RawHeaders


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


class Stream:
    """A body that arrives in given chunks, and may break off."""

    def __init__(self, *chunks: bytes, breaks: bool = False) -> None:
        self.chunks = [chunk for chunk in chunks if chunk]
        self.breaks = breaks

    async def read(self) -> bytes:
        """Return the next one."""
        if self.chunks:
            return self.chunks.pop(0)
        if self.breaks:
            raise ClientDisconnectedError
        return b""


MULTIPART = b"multipart/form-data; boundary=XX"


def request(body: bytes | Stream, kind: bytes = MULTIPART) -> Request:
    headers: RawHeaders = [(b"Content-Type", kind)]
    return Request("POST", "/", b"", headers, Channel(), body)


def part(name: str, value: bytes, filename: str | None = None, more: str = "") -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'--XX\r\nContent-Disposition: form-data; name="{name}"{file}\r\n{more}\r\n'
    return head.encode() + value + b"\r\n"


END = b"--XX--\r\n"


async def plain(form: FormData) -> list[tuple[str, object]]:
    """Return a form's items, files as their name, type and content."""
    return [
        (name, (value.filename, value.content_type, await value.read()))
        if isinstance(value, UploadFile)
        else (name, value)
        for name, value in form.multi_items()
    ]


def read(body: bytes | Stream, kind: bytes = MULTIPART, **limits: int) -> list[tuple[str, object]]:
    async def go() -> list[tuple[str, object]]:
        async with request(body, kind).form(**limits) as form:
            return await plain(form)

    return asyncio.run(go())


def refusal(body: bytes | Stream, kind: bytes = MULTIPART, **limits: int) -> tuple[int, str]:
    with pytest.raises(HTTPException) as caught:
        read(body, kind, **limits)
    return caught.value.status_code, caught.value.detail


BODY = (
    part("title", "Ünïcode".encode())
    + part("tag", b"a")
    + part("tag", b"b\r\n--X\r\n")
    + part("poster", b"\x00\r\n--XY\xff", "a b.png", "Content-Type: image/png\r\n")
    + part("none", b"", "")
    + END
)
ITEMS = [
    ("title", "Ünïcode"),
    ("tag", "a"),
    ("tag", "b\r\n--X\r\n"),
    ("poster", ("a b.png", "image/png", b"\x00\r\n--XY\xff")),
    ("none", ("", None, b"")),
]


def test_fields_and_files() -> None:
    """In order, repeated names included."""
    assert read(BODY) == ITEMS


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, len(BODY)), max_size=12))
def test_any_cut_gives_the_same_form(cuts: list[int]) -> None:
    """Whatever the network does to it."""
    places = [0, *sorted(cuts), len(BODY)]
    chunks = [BODY[a:b] for a, b in itertools.pairwise(places)]
    assert read(Stream(*chunks)) == ITEMS


def test_byte_by_byte() -> None:
    """The smallest chunks of all, with the line end that some clients send first."""
    body = b"\r\n" + BODY
    assert read(Stream(*(body[i : i + 1] for i in range(len(body))))) == ITEMS


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(
                st.characters(exclude_categories=("Cc", "Cs"), exclude_characters='"\\%'),
                min_size=1,
                max_size=20,
            ),
            st.binary(max_size=200).filter(lambda data: b"\r\n--XX" not in data),
        ),
        max_size=8,
    )
)
def test_what_is_written_is_read(fields: list[tuple[str, bytes]]) -> None:
    """Names and contents of any characters."""
    body = b"".join(part(name, data, "f") for name, data in fields) + END
    assert read(body) == [(name, ("f", None, data)) for name, data in fields]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, len(BODY)))
def test_hostile_bytes_are_refused_or_read(noise: bytes, place: int) -> None:
    """A form or a 4xx, never another exception."""
    for body in (noise, BODY[:place] + noise, BODY[:place] + noise + BODY[place:]):
        try:
            read(body)
        except HTTPException as error:
            assert error.status_code in (400, 413)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "Unexpected end"),
        (BODY[: -len(END)], "Unexpected end"),
        (BODY[:40], "Unexpected end"),
        (b"preamble\r\n" + BODY, "does not begin with its boundary"),
        (b"--YY\r\n\r\n", "does not begin with its boundary"),
        (b"--XX\r\n\r\nx\r\n" + END, "Missing Content-Disposition"),
        (
            b'--XX\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx\r\n' + END,
            "needs a name",
        ),
        (part("a\x00b", b"x") + END, "needs a name"),
        (part("n" * 256, b"x") + END, "needs a name of 1 to 255"),
        (part("a", b"x", "f" * 256) + END, "at most 255 printable"),
        (part("a", b"x", more="X: " + "y" * 5000 + "\r\n") + END, "header length"),
        (part("a", b"x", more="X: y\r\n" * 20) + END, "header count"),
    ],
)
def test_malformed_forms(body: bytes, detail: str) -> None:
    """400, and what is wrong."""
    status, said = refusal(body)
    assert (status, detail in said) == (400, True), said


@pytest.mark.parametrize(
    "kind",
    [
        b"multipart/form-data",
        b'multipart/form-data; boundary=""',
        b'multipart/form-data; boundary="a\xffb"',
        b"multipart/form-data; boundary=" + b"x" * 71,
    ],
)
def test_boundaries_that_are_none(kind: bytes) -> None:
    """400 with the rule; nothing is searched for."""
    assert refusal(BODY, kind) == (
        400,
        "The Content-Type of a multipart form must name its boundary, 1 to 70 characters long.",
    )


def test_counts_are_capped() -> None:
    """Fields and files, each at its own limit."""
    fields = b"".join(part("a", b"x") for _ in range(6)) + END
    files = b"".join(part("a", b"x", "f") for _ in range(6)) + END
    assert refusal(fields, max_fields=5) == (400, "More than 5 fields in one form.")
    assert refusal(files, max_files=5) == (400, "More than 5 files in one form.")
    assert len(read(fields, max_fields=6)) == len(read(files, max_files=6)) == 6


def test_fields_are_capped_in_size() -> None:
    """Files are not: they go to disk."""
    assert refusal(part("a", b"x" * 11) + END, max_part_size=10) == (
        413,
        "The field 'a' is larger than 10 bytes.",
    )
    assert read(part("a", b"x" * 11, "f") + END, max_part_size=10)


def test_nested_multipart_is_a_file() -> None:
    """Its bytes are nobody's parts."""
    inner = b'--YY\r\nContent-Disposition: form-data; name="b"\r\n\r\nx\r\n--YY--\r\n'
    kind = "Content-Type: multipart/mixed; boundary=YY\r\n"
    assert read(part("a", inner, "f", kind) + END) == [
        ("a", ("f", "multipart/mixed; boundary=YY", inner))
    ]


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\Users\\me\\cv.pdf", "cv.pdf"), ("..", ""), ("a/", "")],
)
def test_folders_in_file_names_are_dropped(given_name: str, kept: str) -> None:
    """A name is no path."""
    assert read(part("a", b"x", given_name) + END) == [("a", (kept, None, b"x"))]


def test_urlencoded_forms() -> None:
    """By the rules of queries, with the same caps."""
    kind = b"application/x-www-form-urlencoded; charset=utf-8"
    assert read(b"a=1&a=2+3&b=%C3%A9&c", kind) == [("a", "1"), ("a", "2 3"), ("b", "é"), ("c", "")]
    assert refusal(b"a=1&b=2&c=3", kind, max_fields=2)[0] == 400
    assert refusal(b"a=12345", kind, max_part_size=4)[0] == 413
    assert read(Stream(b"a=", b"1"), kind) == [("a", "1")]


def test_other_bodies_are_no_form() -> None:
    """The form is empty, as in Starlette."""
    assert read(b"{}", b"application/json") == []
    assert read(b"a=1", b"multipart/mixed; boundary=XX") == []


def test_large_files_go_to_disk_and_are_closed() -> None:
    """Past one megabyte; what was written is read back."""
    content = os.urandom(3 * 1024 * 1024)
    body = part("a", content, "f") + END
    chunks = [body[place : place + 65536] for place in range(0, len(body), 65536)]

    async def go() -> tuple[bool, int | None, bool]:
        async with request(Stream(*chunks)).form() as form:
            file = form["a"]
            assert isinstance(file, UploadFile)
            rolled = file.file._rolled  # type: ignore[attr-defined]
            assert await file.read() == content
            await file.seek(5)
            assert await file.read(3) == content[5:8]
        return rolled, file.size, file.file.closed

    assert asyncio.run(go()) == (True, len(content), True)


def test_files_of_a_broken_upload_are_closed() -> None:
    """A client that leaves midway leaves nothing behind."""
    seen: list[UploadFile] = []
    made = UploadFile.of_part.__func__  # type: ignore[attr-defined]

    async def go() -> None:
        await request(Stream(part("a", b"x", "f") + part("b", b"y", "g")[:-2], breaks=True)).form()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            UploadFile, "of_part", classmethod(lambda *args: seen.append(made(*args)) or seen[-1])
        )
        with pytest.raises(ClientDisconnectedError):
            asyncio.run(go())
    assert [file.file.closed for file in seen] == [True, True]


def test_a_form_is_read_once() -> None:
    """And is the same for who asks again."""

    async def go() -> bool:
        asked = request(Stream(BODY))
        form = await asked.form()
        same = await asked.form() is form
        await form.close()
        return same

    assert asyncio.run(go())


def test_forms_by_name() -> None:
    """The last value counts; all can be had."""
    form = FormData([("a", "1"), ("b", "2"), ("a", "3")])
    assert (form["a"], form.getlist("a"), dict(form)) == ("3", ["1", "3"], {"a": "3", "b": "2"})
    assert form.get("c") is None


def test_uploads_can_be_made_and_written() -> None:
    """As tests of handlers do."""

    async def go() -> bytes:
        file = UploadFile(filename="a.txt")
        await file.write(b"hello ")
        await file.write(b"world")
        await file.seek(0)
        data = await file.read()
        assert (file.size, repr(file)) == (11, "UploadFile(filename='a.txt', size=11)")
        await file.close()
        return data

    assert asyncio.run(go()) == b"hello world"


def test_a_file_that_was_handed_in_stays_open() -> None:
    """It belongs to who opened it; a file of our own is closed with its last user."""
    mine = io.BytesIO(b"x")
    UploadFile(mine)
    own = UploadFile()
    theirs = own.file
    del own
    gc.collect()
    assert (mine.closed, theirs.closed) == (False, True)
