"""Declarations of one-to-one and many-to-many relations, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from trimaran.db import Field, ForeignKey, ManyToMany, ManyToManyField, Model, OneToOne, registry
from trimaran.errors import ConfigurationError


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Declare models that nobody else sees."""
    with registry.isolated():
        yield


def test_the_table_between_is_as_djangos() -> None:
    """It is called after model and field, and holds both keys, unique together."""

    class Tag(Model):
        name: str

    class Note(Model):
        tags: ManyToMany[Tag]

    built = registry.metadata().tables["note_tags"]
    assert [column.name for column in built.columns] == ["id", "note_id", "tag_id"]
    assert {key.ondelete for key in built.foreign_keys} == {"CASCADE"}
    unique = [item for item in built.constraints if type(item).__name__ == "UniqueConstraint"]
    assert [column.name for column in unique[0].columns] == ["note_id", "tag_id"]
    assert Note.tags.through.__name__ == "Note_tags"
    assert Note.__struct_fields__ == ("id",)
    assert Tag.note_set.many.name == "note_set"


def test_the_other_model_may_come_later() -> None:
    """Names are looked up when the model is there."""

    class Early(Model):
        lates: ManyToMany[Late] = ManyToManyField(related_name="earlies")

    class Late(Model):
        name: str

    assert Early.__table_info__.many["lates"].target is Late.__table_info__
    assert Late.__table_info__.many["earlies"].target is Early.__table_info__


def test_a_model_declared_again_keeps_its_ends() -> None:
    """Loading a module anew leaves no relation to the old class."""

    class Tag(Model):
        name: str

    class Note(Model):
        tags: ManyToMany[Tag] = ManyToManyField(related_name="notes")

    old = Tag

    class Tag(Model):  # type: ignore[no-redef]
        name: str

    assert Tag is not old
    assert Note.__table_info__.many["tags"].target is Tag.__table_info__
    assert Tag.__table_info__.many["notes"].target is Note.__table_info__


def test_taken_names_are_refused() -> None:
    """A related name that the other model has already is told with both names."""

    class Tag(Model):
        name: str

    with pytest.raises(ConfigurationError, match=r"Bad\.tags would appear as Tag\.name"):

        class Bad(Model):
            tags: ManyToMany[Tag] = ManyToManyField(related_name="name")


def test_options_that_do_not_fit() -> None:
    """A many-to-many relation has no column, so it takes no option of one."""
    with pytest.raises(ConfigurationError, match="unique does not fit a many-to-many relation"):

        class Bad(Model):
            others: ManyToMany[Bad] = Field(unique=True)


def test_through_needs_a_key_to_each_end() -> None:
    """A model between that points elsewhere is told when the relation is used."""

    class Tag(Model):
        name: str

    class Note(Model):
        tags: ManyToMany[Tag] = ManyToManyField(through="Between")

    class Between(Model):
        note: ForeignKey[Note]

    with pytest.raises(ConfigurationError, match="must point once to each of both models"):
        _ = Note.tags.through


def test_a_one_to_one_is_unique() -> None:
    """Its column is unique, and the other end is called after the model."""

    class User(Model):
        name: str

    class UserProfile(Model):
        user: OneToOne[User]

    assert UserProfile.__table_info__.columns["user_id"].unique
    assert "user_profile" in User.__table_info__.reverse
