"""Many-to-many and one-to-one relations."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from trimaran.db import Count
from trimaran.errors import IntegrityError, QueryError, RelationNotLoadedError


async def _songs(library: Any) -> dict[str, Any]:
    """Two songs and three labels: Elegy has a and b, March has b."""
    made = {name: await library.Label.objects.create(name=name) for name in "abc"}
    made["elegy"] = await library.Song.objects.create(title="Elegy")
    made["march"] = await library.Song.objects.create(title="March")
    await made["elegy"].labels.add(made["b"], made["a"])
    await made["march"].labels.add(made["b"].id)
    return made


async def test_what_was_added_is_there_on_both_ends(library: Any) -> None:
    """The relation reads from either end, in the order of the other model."""
    made = await _songs(library)
    assert [label.name for label in await made["elegy"].labels] == ["a", "b"]
    assert {song.title for song in await made["b"].songs} == {"Elegy", "March"}
    assert await made["c"].songs == []
    assert [label.name async for label in made["march"].labels] == ["b"]


async def test_adding_twice_adds_once(library: Any) -> None:
    """What belongs to the row already is passed over, within a call too."""
    made = await _songs(library)
    await made["elegy"].labels.add(made["a"], made["a"], made["c"])
    assert await made["elegy"].labels.count() == 3
    assert await library.Song.labels.through.objects.count() == 4


async def test_remove_set_and_clear(library: Any) -> None:
    """Each changes this row's own members alone."""
    made = await _songs(library)
    elegy = made["elegy"]
    await elegy.labels.remove(made["a"], made["c"])
    assert await elegy.labels == [made["b"]]
    await elegy.labels.set([made["a"], made["c"]])
    assert await elegy.labels == [made["a"], made["c"]]
    await elegy.labels.set([made["c"].id, made["b"]], clear=True)
    assert await elegy.labels == [made["b"], made["c"]]
    await elegy.labels.clear()
    assert await elegy.labels == []
    assert await made["march"].labels == [made["b"]]


async def test_create_and_queries(library: Any) -> None:
    """The relation is a query for everything else, whose rows come once each."""
    made = await _songs(library)
    fresh = await made["march"].labels.create(name="z")
    assert [label.name for label in await made["march"].labels.order_by("-name")] == ["z", "b"]
    assert await made["march"].labels.filter(name="z").get() == fresh
    assert await made["march"].labels.exclude(name="z").exists()
    assert await made["march"].labels.values_list("name", flat=True) == ["b", "z"]
    label, created = await made["march"].labels.get_or_create(name="y")
    assert created
    assert await label.songs == [made["march"]]
    assert (await made["march"].labels.get_or_create(name="y"))[1] is False


async def test_lookups_go_through(library: Any) -> None:
    """Filters name the relation, or a field beyond it, from either end."""
    made = await _songs(library)
    songs = library.Song.objects.order_by("id")
    assert await songs.filter(labels__name="a") == [made["elegy"]]
    assert await songs.filter(labels=made["b"]) == [made["elegy"], made["march"]]
    assert await songs.filter(labels__in=[made["a"], made["c"]]) == [made["elegy"]]
    assert await songs.exclude(labels__name="a") == [made["march"]]
    labels = library.Label.objects
    assert await labels.filter(songs__title="March") == [made["b"]]
    assert await labels.filter(songs__isnull=True) == [made["c"]]
    counted = await labels.annotate(n=Count("songs")).order_by("name").values_list("name", "n")
    assert counted == [("a", 1), ("b", 2), ("c", 0)]
    assert await songs.filter(labels__songs__title="March").count() == 2


async def test_peers_load_together(library: Any) -> None:
    """Fifty rows and their labels take two statements, awaited or fetched beforehand."""
    labels = [await library.Label.objects.create(name=f"l{number}") for number in range(3)]
    songs = await library.Song.objects.bulk_create(
        [library.Song(title=f"s{number}") for number in range(50)]
    )
    for song in songs[:10]:
        await song.labels.add(*labels)
    with library.statements() as noted:
        fetched = await library.Song.objects.order_by("id")
        lengths = [len(await song.labels) for song in fetched]
    assert (lengths, len(noted)) == ([3] * 10 + [0] * 40, 2)
    with library.statements() as noted:
        fetched = await library.Song.objects.prefetch_related("labels__songs").order_by("id")
        assert [len(await song.labels) for song in fetched] == lengths
        assert len(await (await fetched[0].labels)[0].songs) == 10
    assert len(noted) == 3


async def test_a_relation_to_itself(library: Any) -> None:
    """Friends are each other's; idols are not, and have fans."""
    singers = [await library.Singer.objects.create(name=name) for name in ("x", "y", "z")]
    x, y, z = singers
    await x.friends.add(y, z)
    assert await y.friends == [x]
    await z.friends.remove(x)
    assert await x.friends.all() == [y]
    await x.friends.set([z])
    assert (await y.friends.all(), await z.friends.all()) == ([], [x])
    await z.friends.clear()
    assert await x.friends.count() == 0
    await x.idols.add(y)
    assert (await y.idols, await y.fans) == ([], [x])
    assert await library.Singer.objects.filter(fans__name="x") == [y]


async def test_through_a_model_of_its_own(library: Any) -> None:
    """The rows between hold more; defaults come from the model or the call."""
    song = await library.Song.objects.create(title="Duet")
    one = await library.Singer.objects.create(name="one")
    two = await library.Singer.objects.create(name="two")
    await song.singers.add(one)
    await song.singers.add(one, two, through_defaults={"voice": "bass"})
    voices = await song.parts.order_by("id").values_list("singer_id", "voice")
    assert voices == [(one.id, "alto"), (two.id, "bass")]
    assert await library.Song.objects.filter(singers__parts__voice="bass") == [song]
    assert await library.Song.objects.filter(parts__voice="bass", parts__singer=one) == []
    assert library.Song.singers.through is library.Part
    await song.singers.remove(two)
    assert await song.singers == [one]


async def test_one_to_one(library: Any) -> None:
    """Both ends give a row; where none points, awaiting raises that model's DoesNotExist."""
    one = await library.Singer.objects.create(name="one")
    two = await library.Singer.objects.create(name="two")
    passport = await library.Passport.objects.create(singer=one, number="7")
    assert passport.pk == one.id
    assert await one.passport == passport
    assert (await (await library.Passport.objects.get(pk=one.id)).singer).name == "one"
    with pytest.raises(library.Passport.DoesNotExist, match=r"No QPassport points to this QSinger"):
        await two.passport
    with pytest.raises(RelationNotLoadedError, match=r"await row\.passport"):
        _ = two.passport.number
    with pytest.raises(IntegrityError):
        await library.Passport.objects.create(singer=one, number="8")


async def test_one_to_one_joins_and_prefetches(library: Any) -> None:
    """The other end can be joined, fetched beforehand, filtered and ordered by."""
    one = await library.Singer.objects.create(name="one")
    await library.Singer.objects.create(name="two")
    await library.Passport.objects.create(singer=one, number="7")
    await library.Stamp.objects.create(passport_id=one.id)
    singers = library.Singer.objects.order_by("id")
    for query in (singers.select_related("passport"), singers.prefetch_related("passport")):
        rows = await query
        assert rows[0].passport.number == "7"
        with pytest.raises(library.Passport.DoesNotExist):
            await rows[1].passport
    assert await singers.filter(passport__number="7") == [one]
    assert (await singers.filter(passport__isnull=True).get()).name == "two"
    assert (await singers.exclude(passport__number="7").get()).name == "two"
    assert await singers.order_by("-passport__number", "id").values_list("name", flat=True)
    assert await library.Stamp.objects.filter(passport__singer__name="one").count() == 1


async def test_rows_that_point_here_can_be_moved(library: Any) -> None:
    """A reverse foreign key takes add, and remove, clear and set where it may be NULL."""
    shelf = await library.shelf()
    jane, homer = shelf["jane"], shelf["homer"]
    emma = await library.Book.objects.get(title="Emma")
    await homer.books.add(emma)
    assert emma.author_id == homer.id
    assert await homer.books.filter(title="Emma").exists()
    await jane.edited.set([emma])
    assert [book.title for book in await jane.edited] == ["Emma"]
    await jane.edited.remove(emma)
    assert await jane.edited == []
    with pytest.raises(QueryError, match="may not be NULL"):
        await homer.books.clear()


async def test_misuse_is_told(library: Any) -> None:
    """A wrong row, one that was never saved and an assignment each say what to do."""
    made = await _songs(library)
    elegy = made["elegy"]
    with pytest.raises(QueryError, match="was given a QSong"):
        await elegy.labels.add(made["march"])
    with pytest.raises(QueryError, match="never saved"):
        await elegy.labels.add(library.Label(name="n"))
    with pytest.raises(QueryError, match="never saved"):
        await library.Song(title="n").labels
    with pytest.raises(QueryError, match=r"await row\.labels\.set"):
        elegy.labels = [made["a"]]
    with pytest.raises(QueryError, match=r"await row\.labels\.set"):
        library.Song(title="n", labels=[made["a"]])


async def test_members_are_not_in_json(library: Any) -> None:
    """Loaded relations stay out of a row's JSON."""
    made = await _songs(library)
    await made["elegy"].labels
    assert msgspec.to_builtins(made["elegy"]) == {"id": made["elegy"].id, "title": "Elegy"}


async def test_deleting_a_row_deletes_its_memberships(library: Any) -> None:
    """The table between follows either end."""
    made = await _songs(library)
    await made["b"].delete()
    assert await made["elegy"].labels.all() == [made["a"]]
    await made["elegy"].delete()
    assert await library.Song.labels.through.objects.count() == 0
