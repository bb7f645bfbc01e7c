"""The adapter of Structs, dataclasses, TypedDicts, attrs classes and builtins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect as mi

from trimaran.schema.checks import value_check
from trimaran.schema.composing import converter, has_own_parts, is_composed
from trimaran.schema.exactness import exact_check, exact_class
from trimaran.schema.faults import FaultList
from trimaran.schema.hooks import decode_hook, encode_hook, is_supported
from trimaran.schema.inspection import type_info
from trimaran.schema.judging import judgement

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimaran.schema.faults import Fault, Loc

_ENCODER = msgspec.json.Encoder(enc_hook=encode_hook)
_UNMADE: Any = object()
_NATIVE = (bytes, bytearray, memoryview)


class MsgspecAdapter:
    """Reads, checks and writes a type with msgspec, and what msgspec leaves out."""

    _exact_check: Any = _UNMADE
    _encode: Callable[[Any], bytes] | None = None
    _reader: Any = _UNMADE
    _judgement: Any = _UNMADE

    def __init__(self, tp: Any) -> None:
        self.type = tp
        self.info = type_info(tp)
        _refuse_unknown(self.info, set())
        decoder = _decoder(tp, self.info)
        self._composed: Callable[[Any], Any] | None = None
        self._check: Callable[[Any], bool] | None = None
        if decoder is None:
            self._composed = converter(self.info)
            self.decode_json: Callable[[bytes], Any] = self._decode_and_compose
            return
        self._decode = decoder.decode
        self._check = value_check(self.info)
        self.decode_json = self._decode if self._check is None else self._decode_and_check

    def __repr__(self) -> str:
        return f"MsgspecAdapter({self.type!r})"

    def _decode_and_check(self, data: bytes) -> Any:
        return self._checked(self._decode(data))

    def _decode_and_compose(self, data: bytes) -> Any:
        return self.convert(msgspec.json.decode(data))

    def _checked(self, value: Any) -> Any:
        if self._check is None or self._check(value):
            return value
        what = "a limit is broken"
        raise ValueError(what)

    def convert(self, value: Any) -> Any:
        """Return a value made of JSON's own types as one of this type; strict."""
        if self._composed is not None:
            return self._composed(value)
        return self._checked(msgspec.convert(value, self.type, dec_hook=decode_hook))

    @property
    def many(self) -> bool:
        """Whether ``convert_str`` takes every value of a repeated name."""
        from trimaran.schema.strings import takes_many

        return takes_many(self.info)

    @property
    def convert_str(self) -> Callable[[Any], Any] | None:
        """Make a value of a text, or of a list of them; None where no text stands for it."""
        if self._reader is _UNMADE:
            from trimaran.schema.strings import text_reader

            try:
                self._reader = text_reader(self.info)
            except TypeError:
                self._reader = None
        reader: Callable[[Any], Any] | None = self._reader
        return reader

    def errors(self, value: Any, loc: Loc = ()) -> list[Fault]:
        """Return every fault of a decoded JSON value, in FastAPI's form; bounded."""
        from trimaran.schema.second_pass import find_faults, first_fault

        faults = FaultList()
        find_faults(self.info, value, loc, faults)
        if not faults.faults:
            try:
                self.convert(value)
            except ValueError as error:
                first_fault(error, loc, value, faults)
        return faults.faults

    def errors_str(self, value: Any, loc: Loc = ()) -> list[Fault]:
        """Return every fault of a text, or of the texts of a repeated name."""
        from trimaran.schema.strings import text_faults

        faults = FaultList()
        text_faults(self.info, value, loc, faults)
        return faults.faults

    @property
    def encode(self) -> Callable[[Any], bytes]:
        """Write a value as JSON, only what the type declares of it."""
        if self._encode is None:
            self._encode = self._make_encode()
        return self._encode

    @property
    def _exact(self) -> Callable[[Any], bool] | None:
        if self._exact_check is _UNMADE:
            self._exact_check = exact_check(self.info)
        check: Callable[[Any], bool] | None = self._exact_check
        return check

    def fits(self, value: Any) -> bool:
        """Whether a value is of this type already; its limits are not looked at."""
        cls = exact_class(self.info)
        if cls is not None and isinstance(value, cls):
            return True
        exact = self._exact
        return exact is None or exact(value)

    @property
    def _judge(self) -> Callable[[Any], Any] | None:
        if self._judgement is _UNMADE:
            self._judgement = judgement(self.info)
        judge: Callable[[Any], Any] | None = self._judgement
        return judge

    def typed(self, value: Any) -> Any:
        """Return what a handler returned as a value of this type, and of nothing more.

        Raises ``ValueError`` or ``TypeError`` for what is none.
        """
        exact, judge = self._exact, self._judge
        made = value if exact is None or exact(value) else self._filter(value)
        return made if judge is None else judge(made)

    @property
    def direct(self) -> tuple[type | Callable[[Any], bool], Callable[[Any], bytes]] | None:
        """The class or test of values that encode as they are, and what encodes them.

        None where every value is looked at otherwise.
        """
        if self._exact is None or self._judge is not None:
            return None
        return exact_class(self.info) or self._exact, _ENCODER.encode

    def _make_encode(self) -> Callable[[Any], bytes]:
        encode, filtered, exact = _ENCODER.encode, self._filter, self._exact
        if self._judge is not None:
            typed = self.typed
            return lambda value: encode(typed(value))
        if exact is None:
            return encode
        cls = exact_class(self.info)
        if cls is not None:  # most answers: without a call for the test
            return lambda value: encode(value if type(value) is cls else filtered(value))

        def encode_exactly(value: Any) -> bytes:
            return encode(value if exact(value) else filtered(value))

        return encode_exactly

    def _filter(self, value: Any) -> Any:
        """Return a value of another class as one of this type, without what it does not declare."""
        exact = self._exact
        if self._composed is None:
            try:
                made = self._checked(
                    msgspec.convert(value, self.type, from_attributes=True, dec_hook=decode_hook)
                )
            except ValueError:
                made = value
            else:
                if exact is None or exact(made):
                    return made
        else:
            made = value
        plain = msgspec.to_builtins(made, enc_hook=_to_plain, builtin_types=_NATIVE)
        return self.convert(plain)


def _decoder(tp: Any, info: mi.Type) -> msgspec.json.Decoder[Any] | None:
    """Return msgspec's decoder of a type; None where it would read it otherwise than declared."""
    if has_own_parts(info):
        return None
    try:
        return msgspec.json.Decoder(tp, dec_hook=decode_hook)
    except TypeError:
        if is_composed(info):
            return None
        raise


def _to_plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if dump is not None else encode_hook(value)


def _refuse_unknown(info: mi.Type, seen: set[int]) -> None:
    """Raise ``TypeError`` where a class stands that neither msgspec nor the hooks know."""
    if id(info) in seen:
        return
    seen.add(id(info))
    if isinstance(info, mi.CustomType) and not is_supported(info.cls):
        name = f"{info.cls.__module__}.{getattr(info.cls, '__qualname__', info.cls)}"
        what = f"{name} cannot be read from or written as JSON"
        raise TypeError(what)
    for name in ("type", "item_type", "key_type", "value_type"):
        part = getattr(info, name, None)
        if isinstance(part, mi.Type):
            _refuse_unknown(part, seen)
    for part in (*getattr(info, "item_types", ()), *getattr(info, "types", ())):
        _refuse_unknown(part, seen)
    for field in getattr(info, "fields", ()):
        _refuse_unknown(field.type, seen)


def encode_any(value: Any) -> bytes:
    """Return the JSON of whatever a handler without a declared type returned."""
    return _ENCODER.encode(value)
