"""Create table director; create table distributor; create table genre; and 1 more."""

import sqlalchemy as sa

from trimaran.db import migrations as m

dependencies = []

operations = [
    m.CreateTable(
        "director",
        columns=[
            m.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
            m.Column("name", sa.String(length=100), autoincrement=False),
        ],
        constraints=[
            m.PrimaryKey(["id"], name="pk_director"),
            m.Unique(["name"], name="uq_director_name"),
        ],
    ),
    m.CreateTable(
        "distributor",
        columns=[
            m.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
            m.Column("name", sa.String(length=100), autoincrement=False),
        ],
        constraints=[
            m.PrimaryKey(["id"], name="pk_distributor"),
            m.Unique(["name"], name="uq_distributor_name"),
        ],
    ),
    m.CreateTable(
        "genre",
        columns=[
            m.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
            m.Column("name", sa.String(length=50), autoincrement=False),
        ],
        constraints=[
            m.PrimaryKey(["id"], name="pk_genre"),
            m.Unique(["name"], name="uq_genre_name"),
        ],
    ),
    m.CreateTable(
        "film",
        columns=[
            m.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
            m.Column("title", sa.String(length=200), autoincrement=False),
            m.Column("release_date", sa.Date(), autoincrement=False),
            m.Column("rating", sa.String(length=20), null=True, autoincrement=False),
            m.Column(
                "running_time",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                null=True,
                autoincrement=False,
            ),
            m.Column(
                "budget",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                null=True,
                autoincrement=False,
            ),
            m.Column(
                "us_gross",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                null=True,
                autoincrement=False,
            ),
            m.Column(
                "worldwide_gross",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                null=True,
                autoincrement=False,
            ),
            m.Column(
                "imdb_rating",
                sa.Numeric(precision=3, scale=1),
                null=True,
                autoincrement=False,
            ),
            m.Column(
                "imdb_votes",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                null=True,
                autoincrement=False,
            ),
            m.Column(
                "rotten_tomatoes",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                null=True,
                autoincrement=False,
            ),
            m.Column(
                "director_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                null=True,
                autoincrement=False,
            ),
            m.Column(
                "distributor_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                null=True,
                autoincrement=False,
            ),
            m.Column(
                "genre_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                null=True,
                autoincrement=False,
            ),
        ],
        constraints=[
            m.PrimaryKey(["id"], name="pk_film"),
            m.ForeignKey(
                ["director_id"],
                "director",
                ["id"],
                name="fk_film_director_id_director",
                on_delete="SET NULL",
            ),
            m.ForeignKey(
                ["distributor_id"],
                "distributor",
                ["id"],
                name="fk_film_distributor_id_distributor",
                on_delete="SET NULL",
            ),
            m.ForeignKey(
                ["genre_id"],
                "genre",
                ["id"],
                name="fk_film_genre_id_genre",
                on_delete="RESTRICT",
            ),
        ],
        indexes=[
            m.Index(["director_id"], name="ix_film_director_id"),
            m.Index(["distributor_id"], name="ix_film_distributor_id"),
            m.Index(["genre_id"], name="ix_film_genre_id"),
            m.Index(["imdb_rating"], name="ix_film_imdb_rating"),
            m.Index(["release_date"], name="ix_film_release_date"),
            m.Index(["title"], name="ix_film_title"),
        ],
    ),
]
