"""The import of films.csv: takes what is sound, reports every other row and why."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from matinee.models import Director, Distributor, Film, Genre, Rating
from trimaran import Model, transaction

DATA = Path(__file__).parent / "data" / "films.csv"
BATCH = 500


class RowError(ValueError):
    """A row that cannot be taken, and why."""


@dataclass(frozen=True)
class Refusal:
    """A row of the file that was not taken; ``line`` counts as an editor does."""

    line: int
    title: str
    reason: str


@dataclass
class Report:
    """What became of every row of the file."""

    rows: int = 0
    added: int = 0
    known: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"{self.rows} rows: {self.added} added, {self.known} known already, "
            f"{len(self.refused)} refused"
        ]
        lines += [
            f"  line {no.line}: {no.title or '(no title)'}: {no.reason}" for no in self.refused
        ]
        return "\n".join(lines)


async def import_films(path: Path = DATA, *, today: date | None = None) -> Report:
    """Read the file and add its films in one transaction; running it again adds nothing twice."""
    report = Report()
    sound: list[dict[str, Any]] = []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for row in reader:
            report.rows += 1
            try:
                sound.append(read_row(row, today=today or date.today()))  # noqa: DTZ011  a day, not an instant
            except RowError as error:
                refusal = Refusal(reader.line_num, row.get("title") or "", str(error))
                report.refused.append(refusal)
    async with transaction.atomic():
        await add_films(sound, report)
    return report


def read_row(row: Mapping[str, str | None], *, today: date) -> dict[str, Any]:
    """Return a film's values from one row; raises ``RowError`` with the first fault."""
    title = (row["title"] or "").strip()
    if not title:
        raise RowError("the title is missing")
    try:
        released = datetime.strptime(row["release_date"] or "", "%b %d %Y").date()  # noqa: DTZ007  a day
    except ValueError:
        raise RowError(f"release date {row['release_date']!r} is not a date") from None
    if released > today:
        raise RowError(f"release date {released} lies in the future")
    return {
        "title": title,
        "release_date": released,
        "rating": read_rating(row["mpaa_rating"]),
        "running_time": read_int(row, "running_time_min"),
        "budget": read_int(row, "production_budget"),
        "us_gross": read_int(row, "us_gross"),
        "worldwide_gross": read_int(row, "worldwide_gross"),
        "imdb_rating": read_decimal(row, "imdb_rating"),
        "imdb_votes": read_int(row, "imdb_votes"),
        "rotten_tomatoes": read_int(row, "rotten_tomatoes_rating"),
        "director": (row["director"] or "").strip(),
        "distributor": (row["distributor"] or "").strip(),
        "genre": (row["major_genre"] or "").strip(),
    }


def read_rating(text: str | None) -> Rating | None:
    """Return the age rating, None where the cell is empty."""
    try:
        return Rating(text) if text else None
    except ValueError:
        raise RowError(f"{text!r} is not a rating") from None


def read_int(row: Mapping[str, str | None], column: str) -> int | None:
    """Return a whole number, None where the cell is empty."""
    text = row[column]
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise RowError(f"{column} {text!r} is not a whole number")
    return int(text)


def read_decimal(row: Mapping[str, str | None], column: str) -> Decimal | None:
    """Return a decimal number, None where the cell is empty."""
    text = row[column]
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise RowError(f"{column} {text!r} is not a number") from None


async def add_films(sound: list[dict[str, Any]], report: Report) -> None:
    """Add the films that the shop does not have yet, in batches."""
    directors = await named(Director, (row["director"] for row in sound))
    distributors = await named(Distributor, (row["distributor"] for row in sound))
    genres = await named(Genre, (row["genre"] for row in sound))
    have = set(await Film.objects.values_list("title", "release_date"))
    films = []
    for row in sound:
        key = (row["title"], row["release_date"])
        if key in have:
            report.known += 1
            continue
        have.add(key)
        row["director_id"] = directors.get(row.pop("director"))
        row["distributor_id"] = distributors.get(row.pop("distributor"))
        row["genre_id"] = genres.get(row.pop("genre"))
        films.append(Film(**row))
    for start in range(0, len(films), BATCH):
        await Film.objects.bulk_create(films[start : start + BATCH])
    report.added = len(films)


async def named(model: type[Model], names: Iterable[str]) -> dict[str, int]:
    """Return the ids of the names, adding those that are new."""
    wanted = {name for name in names if name}
    known = dict(await model.objects.values_list("name", "id"))
    await model.objects.bulk_create([model(name=name) for name in sorted(wanted - known.keys())])
    return dict(await model.objects.values_list("name", "id"))
