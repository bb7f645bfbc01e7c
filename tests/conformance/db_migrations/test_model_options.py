"""What fields and ``class Meta`` may say, in each database: made, kept, changed, refused."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import pytest

from trimaran.db import (
    CheckConstraint,
    Email,
    F,
    Field,
    FieldType,
    FileName,
    ForeignKey,
    Index,
    Int32,
    IPAddress,
    Lower,
    Model,
    Now,
    PositiveSmallInt,
    Q,
    Slug,
    SmallInt,
    UniqueConstraint,
    Url,
    UUIDKey,
    registry,
)
from trimaran.db.backends.registry import installed
from trimaran.errors import IntegrityError, MigrationError, ModelValidationError, QueryError


@pytest.fixture
def metadata():
    """Builds the metadata of the models that a test declares, and forgets them afterwards."""
    with registry.isolated():
        yield registry.metadata


class Colour(FieldType[str]):
    """A colour, stored as a number."""

    stored = int

    def clean(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) != 7 or value[0] != "#":
            raise ValueError("Input should be a colour such as #aabbcc")
        return value.lower()

    def to_db(self, value: str) -> int:
        return int(value[1:], 16)

    def from_db(self, value: int) -> str:
        return f"#{value:06x}"


def gadgets():
    """A model with every further type of field."""

    class Gadget(Model):
        id: UUIDKey
        small: SmallInt
        whole: Int32 | None
        count: PositiveSmallInt = 3
        mail: Email
        home: Url | None
        slug: Slug = Field(unique=True)
        host: IPAddress | None
        manual: FileName | None
        tags: list[str] = Field(array=True, default_factory=list)
        sizes: list[Decimal] | None = Field(array=True, max_digits=6, decimal_places=2)
        colour: Annotated[str, Field(type=Colour())] = "#00ff00"
        price: Decimal = Field(max_digits=8, decimal_places=2)
        number: int
        total: Decimal = Field(max_digits=12, decimal_places=2, generated=F("price") * F("number"))
        state: str = Field(max_length=10, db_default="it's new")
        level: int = Field(db_default=7)
        made: datetime = Field(db_default=Now())

    return Gadget


GADGET = {
    "small": 5,
    "whole": 70_000,
    "mail": "a@example.org",
    "slug": "a-1",
    "host": "2001:DB8:0:0:0:0:0:1",
    "manual": "docs/a.pdf",
    "home": "https://example.org/a?b=c",
    "tags": ["x", "it's"],
    "sizes": ["1.50", 2],
    "price": "2.50",
    "number": 4,
}


def test_every_further_field_is_stored_and_stable(lab, metadata):
    """Values come back as they are declared, those of the database at once."""
    model = gadgets()

    async def work(database):
        with installed(database):
            await lab.change(database, metadata())
            row = await model.objects.create(**GADGET)
            assert (row.total, row.state, row.level) == (Decimal("10.00"), "it's new", 7)
            assert row.made.tzinfo is not None
            read = await model.objects.get(pk=row.pk)
            for name in model.__table_info__.columns:
                assert getattr(read, name) == getattr(row, name), name
            assert read.host == "2001:db8::1"
            assert read.tags == ["x", "it's"]
            assert read.sizes == [Decimal("1.50"), Decimal("2.00")]
            assert isinstance(read.id, uuid.UUID)
            assert read.id.version == 7
            assert await model.objects.filter(colour="#00FF00", small=5).exists()
            assert not await model.objects.filter(small=100_000).exists()
            read.number = 5
            await read.save()
            await read.refresh()
            assert read.total == Decimal("12.50")
            assert (await model.objects.bulk_create([model(**{**GADGET, "slug": "b"})]))[0].pk

    lab.run(work)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("small", 40_000, "should fit in 16 bits"),
        ("whole", 2**31, "should fit in 32 bits"),
        ("count", -1, "greater than or equal to 0"),
        ("mail", "a@b", "valid e-mail address"),
        ("home", "javascript:alert(1)", "valid URL"),
        ("slug", "a b", "letters, digits"),
        ("host", "1.2.3.999", "IPv4 or IPv6"),
        ("manual", "../etc/passwd", "without '..'"),
        ("tags", "x", "valid list"),
        ("colour", "red", "such as #aabbcc"),
    ],
)
async def test_faults_of_further_fields(name, value, message, metadata):
    """Each form of a value is checked at the gate, whoever writes it."""
    from trimaran.db.sql.gate import clean

    table = gadgets().__table_info__
    with pytest.raises(ModelValidationError) as caught:
        clean(table, {**GADGET, name: value}, table.columns.values(), adding=True)
    assert message in caught.value.errors[0]["msg"]
    assert caught.value.errors[0]["loc"] == [name]


def test_constraints_and_indexes(lab, metadata):
    """Checks, uniqueness and indexes reach the database, stay as they are and can go."""
    partial = lab.vendor != "mariadb"

    def declare(*, full):
        class Seat(Model):
            row: int
            name: str = Field(max_length=20)
            taken: bool = False

            class Meta:
                constraints = [
                    CheckConstraint(Q(row__gte=1) & Q(row__lt=100), name="seat_row"),
                    CheckConstraint(~Q(name="it's") | Q(row__in=[1, 2]), name="seat_name"),
                    *([UniqueConstraint(Lower("name"), name="seat_lower")] if partial else []),
                    *(
                        [UniqueConstraint("row", condition=Q(taken=True), name="seat_taken")]
                        if partial
                        else []
                    ),
                ] * full
                indexes = [
                    Index("-row", "name"),
                    *([Index("row", name="ix_p", condition=Q(taken=True))] if partial else []),
                    *([Index(Lower("name"), name="ix_e")] if partial else []),
                    Index("name", name="ix_m", method="hash", include=()),
                ] * full

        return Seat

    async def work(database):
        with installed(database):
            model = declare(full=True)
            await lab.change(database, metadata())
            await model.objects.create(row=1, name="it's", taken=True)
            with pytest.raises(IntegrityError) as caught:
                await model.objects.filter(row=1).update(row=100)
            assert caught.value.kind == "check"
            with pytest.raises(IntegrityError):
                await model.objects.filter(row=1).update(row=3)
            if partial:
                with pytest.raises(IntegrityError):
                    await model.objects.create(row=2, name="IT'S")
                with pytest.raises(IntegrityError):
                    await model.objects.create(row=1, name="b", taken=True)
                await model.objects.create(row=1, name="c")
            model = declare(full=False)
            made = await lab.change(database, metadata())
            assert "drop constraint seat_row" in made.operations
            await model.objects.create(row=500, name="z")

    lab.run(work)


def test_what_a_database_lacks_is_told(lab, metadata):
    """A part that the database would refuse, or take for another, is named with the mend."""

    class Thing(Model):
        name: str | None = Field(max_length=20)

        class Meta:
            constraints = (UniqueConstraint("name", nulls_distinct=False, deferrable="deferred"),)

    async def work(database):
        with installed(database):
            if lab.vendor == "postgresql":
                await lab.change(database, metadata())
                await Thing.objects.create(name=None)
                with pytest.raises(IntegrityError):
                    await Thing.objects.create(name=None)
            else:
                with pytest.raises(MigrationError, match="has no deferrable unique constraint"):
                    await lab.change(database, metadata())

    lab.run(work)


def test_set_default(lab, metadata):
    """The database points rows of a deleted one to the default."""

    class Home(Model):
        name: str = Field(max_length=20)

    class Pet(Model):
        home: ForeignKey[Home] = Field(on_delete="set_default", db_default=1)

    async def work(database):
        with installed(database):
            if lab.vendor == "mariadb":
                with pytest.raises(MigrationError, match="no ON DELETE SET DEFAULT"):
                    await lab.change(database, metadata())
                return
            await lab.change(database, metadata())
            await Home.objects.create(id=1, name="shelter")
            other = await Home.objects.create(id=2, name="b")
            pet = await Pet.objects.create(home=other)
            await other.delete()
            await pet.refresh()
            assert pet.home_id == 1

    lab.run(work)


def test_unmanaged_tables_are_left_alone(lab, metadata):
    """makemigrations sees none of them, and a foreign key to one works."""

    class Legacy(Model):
        name: str = Field(max_length=20)

        class Meta:
            managed = False
            db_table = "legacy"

    class Note(Model):
        legacy: ForeignKey[Legacy]

    async def work(database):
        with installed(database):
            await database.execute_script(
                "CREATE TABLE legacy (id bigint PRIMARY KEY, name varchar(20))"
                if lab.vendor != "sqlite"
                else "CREATE TABLE legacy (id INTEGER PRIMARY KEY, name varchar(20))"
            )
            made = await lab.change(database, metadata())
            assert made.operations == ("create table note",)
            old = await Legacy.objects.create(id=1, name="x")
            assert (await (await Note.objects.create(legacy=old)).legacy).name == "x"

    lab.run(work)


def test_a_composite_key(lab, metadata):
    """Rows are found, changed and deleted by every field of the key."""

    class Firm(Model):
        name: str = Field(max_length=20)

    class Bill(Model):
        firm: ForeignKey[Firm] = Field(on_delete="cascade", related_name="bills")
        number: int
        text: str = Field(max_length=20, default="")

        class Meta:
            primary_key = ("firm", "number")

    async def work(database):
        with installed(database):
            await lab.change(database, metadata())
            firm = await Firm.objects.create(name="a")
            one = await Bill.objects.create(firm=firm, number=1, text="x")
            two = await Bill.objects.create(firm=firm, number=2, text="x")
            assert one.pk == (firm.id, 1)
            assert one != two
            one.text = "y"
            await one.save()
            await two.update(text="z")
            read = await Bill.objects.get(firm=firm, number=1)
            assert (read, read.text, hash(read)) == (one, "y", hash(one))
            assert await firm.bills == [one, two]
            assert await Bill.objects.last() == two
            assert [bill async for bill in Bill.objects.all()]
            await one.delete()
            assert await Bill.objects.all() == [two]
            await Bill(firm_id=firm.id, number=9).save()
            assert await Bill.objects.count() == 2
            with pytest.raises(QueryError, match="needs a key of one column"):
                await Bill.objects.filter(firm__name="a").delete()
            with pytest.raises(QueryError, match="no field 'pk'"):
                await Bill.objects.filter(pk=1)
            with pytest.raises(IntegrityError):
                await Bill.objects.create(firm=firm, number=2)

    lab.run(work)
