"""What type checkers make of forms, files and answers."""

from __future__ import annotations

from typing import assert_type

from trimaran import FileResponse, FormData, Request, Response, UploadFile, not_modified


async def forms(request: Request, file: UploadFile) -> None:
    """A form is awaited, or surrounds a block."""
    assert_type(await request.form(), FormData)
    async with request.form(max_files=1) as form:
        assert_type(form["name"], str | UploadFile)
        assert_type(form.getlist("name"), list[str | UploadFile])
    assert_type(await file.read(), bytes)
    assert_type(file.filename, str | None)


async def answers(request: Request) -> None:
    """A short answer is a response or none."""
    assert_type(not_modified(request, etag="v1"), Response | None)
    assert_type(FileResponse("a").status_code, int)
