"""Managers of a model's own, validation by ``clean()``, signals."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
import pytest

from trimaran.db import (
    CheckConstraint,
    Field,
    ForeignKey,
    Manager,
    ManyToMany,
    Model,
    Q,
    QuerySet,
    ValidationError,
    class_prepared,
    m2m_changed,
    post_delete,
    post_save,
    pre_delete,
    pre_save,
    receiver,
    registry,
)
from trimaran.db.backends.registry import installed, open_database
from trimaran.db.migrations import create_tables
from trimaran.errors import ConfigurationError, IntegrityError, ModelValidationError


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Declare models that nobody else sees."""
    with registry.isolated():
        yield


class _Open:
    def __init__(self, path: Any) -> None:
        self.database = open_database(f"sqlite:///{path / 'm.db'}")
        self.known = installed(self.database)

    async def __aenter__(self) -> Any:
        self.known.__enter__()
        await create_tables(self.database, registry.metadata())
        return self.database

    async def __aexit__(self, *exc: object) -> None:
        self.known.__exit__(None, None, None)
        await self.database.close()


async def test_a_query_of_ones_own_goes_on_through_every_method(tmp_path: Any) -> None:
    """Its methods are there after filter(), from relations, and on models of abstract bases."""

    class Cheap(QuerySet[Any]):
        def cheap(self) -> Any:
            return self.filter(price__lt=3)

    class Priced(Model):
        price: Decimal
        objects: ClassVar[Cheap] = Cheap.as_manager()

        class Meta:
            abstract = True

    class Writer(Model):
        name: str

    class Volume(Priced):
        writer: ForeignKey[Writer] = Field(related_name="volumes")

    async with _Open(tmp_path):
        ada = await Writer.objects.create(name="Ada")
        for price in (1, 2, 5):
            await Volume.objects.create(price=price, writer=ada)
        assert await Volume.objects.exclude(price=1).cheap().count() == 1
        assert await ada.volumes.cheap().count() == 2
        assert type(Volume.objects) is Cheap


async def test_get_queryset_leaves_rows_out(tmp_path: Any) -> None:
    """A manager's get_queryset stands before every query, other managers see all rows."""

    class Live(Manager[Any]):
        def get_queryset(self) -> Any:
            return super().get_queryset().filter(gone=False)

    class Post(Model):
        gone: bool = False
        everything: ClassVar[Manager[Any]] = Manager()
        objects: ClassVar[Live] = Live()

    async with _Open(tmp_path):
        await Post.objects.create(gone=True)
        live = await Post.objects.create()
        assert await Post.objects.all() == [live]
        assert await Post.objects.filter(pk__gt=0).count() == 1
        assert await Post.everything.count() == 2


async def test_clean_is_asked_by_every_way_to_write(tmp_path: Any) -> None:
    """create, save, update of a row and bulk_create ask it; a row that is refused stays."""

    class Course(Model):
        begins: int
        ends: int

        async def clean(self) -> None:
            if self.ends < self.begins:
                raise ValidationError({"ends": "It ends before it begins"})

    async with _Open(tmp_path):
        course = await Course.objects.create(begins=1, ends="2")
        for write in (
            lambda: Course.objects.create(begins=2, ends=1),
            lambda: Course(begins=2, ends=1).save(),
            lambda: course.update(ends=0),
            lambda: Course.objects.bulk_create([Course(begins=2, ends=1)]),
            lambda: Course(begins=2, ends=1).full_clean(),
        ):
            with pytest.raises(ModelValidationError) as caught:
                await write()
            assert caught.value.errors == [
                {"type": "value_error", "loc": ["ends"], "msg": "It ends before it begins"}
            ]
        assert course.ends == 2
        assert await Course.objects.count() == 1


async def test_a_check_of_the_database_is_a_fault_of_its_field(tmp_path: Any) -> None:
    """A check constraint that breaks is told like every other fault, with its own words."""

    class Seat(Model):
        row: int

        class Meta:
            constraints = (
                CheckConstraint(
                    Q(row__lt=10), name="seat_row", violation_error_message="There are ten rows"
                ),
            )

    async with _Open(tmp_path):
        with pytest.raises(ModelValidationError) as caught:
            await Seat.objects.create(row=11)
        assert caught.value.errors[0]["loc"] == ["row"]
        assert caught.value.errors[0]["msg"] == "There are ten rows"
        with pytest.raises(IntegrityError):
            await Seat.objects.create(id=(await Seat.objects.create(row=1)).id, row=2)


async def test_full_clean_finds_everything_at_once(tmp_path: Any) -> None:
    """Types, rules, clean() and what must be unique; what is excluded is passed over."""

    class User(Model):
        mail: str = Field(unique=True, max_length=20)
        age: int = Field(ge=0)

    async with _Open(tmp_path):
        await User.objects.create(mail="a", age=1)
        user = User(mail="a", age="-3")
        with pytest.raises(ModelValidationError) as caught:
            await user.full_clean()
        assert [fault["loc"] for fault in caught.value.errors] == [["age"], ["mail"]]
        with pytest.raises(ModelValidationError, match="age: Input should be greater"):
            await user.full_clean(exclude=["mail"])
        user.age = "3"
        await user.full_clean(validate_unique=False)
        assert user.age == 3


async def test_signals_tell_what_is_written(tmp_path: Any) -> None:
    """Each receiver gets what it names, async or not, in the order of connection."""

    class Item(Model):
        name: str

    told: list[Any] = []

    @receiver([pre_save, post_save], sender=Item)
    async def saved(instance: Any, created: bool, signal: Any, update_fields: Any) -> None:
        told.append((signal.name, instance.name, created, update_fields))

    @receiver((pre_delete, post_delete), sender=Item)
    def deleted(signal: Any, **arguments: Any) -> None:
        told.append((signal.name, arguments["instance"].name))

    async with _Open(tmp_path):
        item = await Item.objects.create(name="a")
        await item.save()
        await item.update(name="b")
        await Item.objects.bulk_create([Item(name="z")])
        await Item.objects.all().update(name="c")
        await item.delete()
    assert told == [
        ("pre_save", "a", True, None),
        ("post_save", "a", True, None),
        ("pre_save", "a", False, None),
        ("post_save", "a", False, None),
        ("pre_save", "b", False, ["name"]),
        ("post_save", "b", False, ["name"]),
        ("pre_delete", "b"),
        ("post_delete", "b"),
    ]
    assert pre_save.disconnect(saved, sender=Item)
    assert not pre_save.disconnect(saved, sender=Item)


async def test_a_receiver_for_all_models_and_what_it_raises(tmp_path: Any) -> None:
    """What a receiver raises stops the write; disconnected it is called no more."""

    class Item(Model):
        name: str

    def refuse(instance: Any) -> None:
        raise RuntimeError(instance.name)

    async with _Open(tmp_path):
        pre_save.connect(refuse)
        try:
            with pytest.raises(RuntimeError, match="x"):
                await Item.objects.create(name="x")
        finally:
            pre_save.disconnect(refuse)
        await Item.objects.create(name="y")
        assert await Item.objects.values_list("name", flat=True) == ["y"]


async def test_m2m_changed(tmp_path: Any) -> None:
    """Adding tells the keys that are new, before and after; the rest likewise."""

    class Tag(Model):
        name: str

    class Note(Model):
        tags: ManyToMany[Tag]

    told: list[Any] = []

    @receiver(m2m_changed, sender=Note.tags.through)
    def changed(action: str, pk_set: Any, reverse: bool) -> None:
        told.append((action, pk_set, reverse))

    async with _Open(tmp_path):
        note, tag = await Note.objects.create(), await Tag.objects.create(name="a")
        await note.tags.add(tag)
        await note.tags.add(tag)
        await tag.note_set.remove(note)
        await note.tags.clear()
    assert told == [
        ("pre_add", {1}, False),
        ("post_add", {1}, False),
        ("pre_remove", {1}, True),
        ("post_remove", {1}, True),
        ("pre_clear", None, False),
        ("post_clear", None, False),
    ]


def test_a_receiver_that_cannot_be_called_is_refused() -> None:
    """The fault names the argument and lists those that there are."""

    class Item(Model):
        name: str

    def wrong(instance: Any, color: str) -> None: ...

    with pytest.raises(ConfigurationError, match="wrong cannot receive post_save: it asks for 'c"):
        post_save.connect(wrong, sender=Item)
    with pytest.raises(ConfigurationError, match="which is no model with a table"):
        post_save.connect(print, sender=int)


def test_class_prepared_tells_of_new_models() -> None:
    """It is sent once a class is whole."""
    told: list[Any] = []

    def prepared(sender: Any) -> None:
        told.append(sender.__table_info__.name)

    class_prepared.connect(prepared)
    try:

        class LateComer(Model):
            name: str
    finally:
        class_prepared.disconnect(prepared)
    assert told == ["late_comer"]


class Kept(Model):
    """A model that pickle can find."""

    name: str


def test_copies_and_pickles_hold_the_columns() -> None:
    """What is hidden in a row stays behind: relations, peers, annotations."""
    row = Kept(id=3, name="a")
    row._related = {"x": 1}
    for made in (copy.copy(row), copy.deepcopy(row), pickle.loads(pickle.dumps(row))):  # noqa: S301
        assert made == row
        assert made.name == "a"
        assert not hasattr(made, "_related")
    assert msgspec.json.encode(row) == b'{"id":3,"name":"a"}'
    assert hash(Kept(id=3, name="b")) == hash(row)
    assert Kept(name="a") != Kept(name="a")
