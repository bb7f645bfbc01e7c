"""What a form fills, taken with every fault of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.handlers.form_parameters import FormMarker
from trimaran.handlers.reading import is_json
from trimaran.handlers.sources import INVALID, absent, attempted
from trimaran.handlers.taking import CarefulTaker
from trimaran.http.forms import FormLimits
from trimaran.schema import Bounds, adapter_for
from trimaran.schema.constraints import size_breach
from trimaran.schema.text_objects import text_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AsyncExitStack

    from trimaran.errors import HTTPException
    from trimaran.handlers.plan import BodyField
    from trimaran.http import FormData, Request, UploadFile
    from trimaran.schema import Fault
    from trimaran.schema.constraints import Breach
    from trimaran.schema.text_objects import TextObject


class FormTaker(CarefulTaker):
    """Takes every input of a route whose body is a form."""

    async def take(
        self, request: Request, exits: AsyncExitStack
    ) -> tuple[tuple[Any, ...], HTTPException | None]:
        """Return the values, ``INVALID`` for each wrong one, and what to answer if any is.

        The form's files are closed with ``exits``.
        """
        form = await request.form(max_inflated=self._max_body)
        exits.push_async_callback(form.close)
        contents: dict[int, bytes] = {}
        for field in self._fields:
            for file in _to_be_read(field, form):
                contents[id(file)] = await file.read()

        def take_form(faults: list[Fault]) -> Mapping[int, Any]:
            return {
                id(field): self._take_field(field, form, contents, faults=faults)
                for field in self._fields
            }

        return self.taken(request, take_form)

    def _take_field(
        self,
        field: BodyField,
        form: FormData,
        contents: Mapping[int, bytes],
        *,
        faults: list[Fault],
    ) -> Any:
        if field.file is not None:
            return _take_file(field, form, contents, faults=faults)
        adapter = adapter_for(field.type)
        if not isinstance(field.marker, FormMarker):
            return _take_json(field, form, contents, faults=faults)
        loc = ("body", field.alias)
        if adapter.convert_str is None:
            return self._take_object(field, form, faults)
        texts = _texts(form, field.alias)
        if texts is None:
            faults.append(_wrong(loc, "string_type", "Input should be a valid string"))
            return INVALID
        texts = [text for text in texts if text] if not adapter.many else texts
        if not texts:
            return absent(field, loc, faults)
        given = texts if adapter.many else texts[-1]
        return attempted(adapter.convert_str, given, lambda: adapter.errors_str(given, loc), faults)

    def _take_object(self, field: BodyField, form: FormData, faults: list[Fault]) -> Any:
        reader = text_object(field.type)
        given = _object_texts(reader, form, alone=len(self._fields) == 1)
        if not given and not field.required:
            return absent(field, ("body",), faults)
        value, found = reader.read(given, ("body",))
        if not found:
            return value
        faults += found
        return INVALID


def _object_texts(reader: TextObject, form: FormData, *, alone: bool) -> dict[str, str | list[str]]:
    given: dict[str, str | list[str]] = {}
    for name, field in reader.fields.items():
        texts = _texts(form, name) or []
        if field.many and texts:
            given[name] = texts
        elif texts and texts[-1]:
            given[name] = texts[-1]
    if reader.heeds_others and alone:
        for name in form:
            if name not in reader.fields:
                texts = _texts(form, name) or ["a file"]
                given[name] = texts[0] if len(texts) == 1 else texts
    return given


def _take_file(
    field: BodyField, form: FormData, contents: Mapping[int, bytes], *, faults: list[Fault]
) -> Any:
    kind = field.file
    assert kind is not None  # noqa: S101  for the type checker: the caller has looked
    loc = ("body", field.alias)
    files = _files(form, field.alias)
    if not files:
        sent = [text for text in form.getlist(field.alias) if isinstance(text, str) and text]
        if not sent:
            return absent(field, loc, faults)
        faults.append(_wrong(loc, "file_type", "Input should be a file"))
        return INVALID
    broken = next(filter(None, map(_size_fault(field), files)), None)
    if broken is not None:
        kind_of_fault, msg, _ = broken
        faults.append(_wrong(loc, kind_of_fault, msg))
        return INVALID
    values: list[Any] = [contents[id(file)] for file in files] if kind.content else [*files]
    return values if kind.many else values[-1]


def _size_fault(field: BodyField) -> Callable[[UploadFile], Breach | None]:
    """Return what tells how a file breaks ``max_length`` or ``min_length``, which are bytes."""
    given = field.marker.limits
    bounds = Bounds(min_length=given.get("min_length"), max_length=given.get("max_length"))
    return lambda file: size_breach(bounds, file.size or 0, "Data")


def _to_be_read(field: BodyField, form: FormData) -> list[UploadFile]:
    """Return the files whose contents a field takes.

    Browsers send a Blob of JSON, ``form.append("film", new Blob([json], {type}))``, as a file.
    """
    if field.file is not None:
        return _files(form, field.alias) if field.file.content else []
    if isinstance(field.marker, FormMarker):
        return []
    return [
        file
        for file in _files(form, field.alias)[-1:]
        if is_json((file.content_type or "").encode("latin-1", "replace"))
        and (file.size or 0) <= FormLimits().max_part_size
    ]


def _take_json(
    field: BodyField, form: FormData, contents: Mapping[int, bytes], *, faults: list[Fault]
) -> Any:
    """Take a ``Body()`` parameter: one part of the form, which is JSON."""
    loc = ("body", field.alias)
    given = form.get(field.alias)
    text = given.encode() if isinstance(given, str) else contents.get(id(given), b"")
    if not text:
        if _files(form, field.alias):
            what = "Input should be JSON, sent as application/json and at most 1 MB"
            faults.append(_wrong(loc, "json_type", what))
            return INVALID
        return absent(field, loc, faults)
    adapter = adapter_for(field.type)
    try:
        decoded = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        shown = text[:200].decode("utf-8", "replace")
        faults.append(_wrong(loc, "json_invalid", "Invalid JSON", shown))
        return INVALID
    return attempted(
        lambda _: adapter.decode_json(text),
        decoded,
        lambda: adapter.errors(decoded, loc),
        faults,
    )


def _files(form: FormData, name: str) -> list[UploadFile]:
    """Return the files of a name, without inputs that were left empty."""
    return [
        value
        for value in form.getlist(name)
        if not isinstance(value, str) and (value.filename or value.size)
    ]


def _texts(form: FormData, name: str) -> list[str] | None:
    """Return the texts of a name; None where a file stands among them."""
    values = form.getlist(name)
    texts = [value for value in values if isinstance(value, str)]
    return texts if len(texts) == len(values) else None


def _wrong(loc: tuple[str, ...], kind: str, msg: str, given: Any = None) -> Fault:
    return {"type": kind, "loc": list(loc), "msg": msg, "input": given}
