"""The articles and their chunks, whole and in order, with what the store was built with: one SQLite file.

This file is the truth of the store. Vectors and keywords only name chunk ids; an id that is not here does not exist, so
an article becomes visible, changes and disappears at the moment its row does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from byline.records import Article, Chunk
from index.database import Database
from index.filters import Filters
from index.narrowing import ArticleColumns, Fitting, Place
from index.stored import COLUMNS, place_of, read_article, read_day, row_of, spans_digest

SCHEMA = """
create table if not exists manifest (name text primary key, value text not null);
create table if not exists article (
    id text primary key, title text not null, text text not null, url text, source text, published text,
    authors text not null, language text, digest text not null, same_as text, spans text not null
);
create table if not exists chunk (
    id text primary key, article text not null references article (id) on delete cascade, start integer not null,
    end integer not null
);
create index if not exists chunk_of_article on chunk (article, start);
create table if not exists place (
    article text primary key references article (id) on delete cascade, day integer not null, source text not null,
    language text not null, first integer not null, chunks integer not null
) without rowid;
"""
OF_NO_ARTICLE = "article not in (select id from article)"
MOST_VARIABLES = 500
Batch = Sequence[tuple[Article, Sequence[Chunk]]]
"""Articles with all their chunks, in order."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a collection holds, for people: how many articles, their span of days, commonest sources, newest titles."""

    articles: int
    first: date | None
    last: date | None
    sources: tuple[str, ...]
    titles: tuple[str, ...]


class ArticleShelf:
    """Any thread may read; one writes. Each article is seen whole, before or after a change.

    What a search is narrowed by is also held in memory, changed after SQLite and as one.
    """

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self._database = Database(path)
        self._columns = ArticleColumns()
        with self._database.writing() as connection:
            connection.executescript(SCHEMA)
        self._columns.put(Place(*row) for row in self._database.rows("select * from place"))

    def manifest(self) -> dict[str, str]:
        return dict(self._database.rows("select name, value from manifest"))

    def write_manifest(self, manifest: Mapping[str, str]) -> None:
        with self._database.writing() as connection:
            connection.executemany("insert or replace into manifest values (?, ?)", manifest.items())

    def digests(self) -> dict[str, str]:
        return dict(self._database.rows("select id, digest from article"))

    def article(self, id: str) -> Article | None:
        row = self._database.row(f"select {COLUMNS} from article where id = ?", (id,))
        return read_article(row) if row else None

    def articles(self) -> Iterator[Article]:
        for row in self._database.rows(f"select {COLUMNS} from article order by id"):
            yield read_article(row)

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks that exist among `ids`, by id. Text and offsets are of one edition: both come in one statement."""
        found: dict[str, Chunk] = {}
        for some in _pieces(ids):
            articles: dict[str, Article] = {}
            spans = f"select id as span, article as owner, start, end from chunk where id in ({_marks(some)})"
            query = f"select span, start, end, {COLUMNS} from ({spans}) join article on owner = id"
            for span, start, end, *row in self._database.rows(query, some):
                if row[0] not in articles:
                    articles[row[0]] = read_article(row)
                article = articles[row[0]]
                found[span] = Chunk(span, article, start, end, article.text[start:end])
        return found

    def owners(self, ids: Sequence[str]) -> dict[str, tuple[str, date | None]]:
        """The article and its day of publication, by chunk id, of the chunks that exist among `ids`."""
        found: dict[str, tuple[str, date | None]] = {}
        for some in _pieces(ids):
            query = f"select id, article from chunk where id in ({_marks(some)})"
            for id, article in self._database.rows(query, some):
                found[id] = article, self._columns.published(article)
        return found

    def fitting(self, filters: Filters) -> Fitting:
        """The articles that fit, and where the vectors of their chunks lie."""
        return self._columns.fitting(filters)

    def used_rows(self) -> list[tuple[int, int]]:
        """(first, how many) of each article's vectors."""
        return self._columns.used()

    def rows_of(self, article: str) -> tuple[int, int]:
        return self._columns.rows(article)

    def chunk_ids(self, firsts: Mapping[str, int]) -> dict[str, list[str]]:
        """The chunks in order, by article, of those articles whose vectors still begin at the row given for each."""
        found: dict[str, list[str]] = {}
        for some in _pieces(list(firsts)):
            query = (
                "select chunk.article, first, id from chunk join place on chunk.article = place.article"
                f" where chunk.article in ({_marks(some)}) order by chunk.article, start"
            )
            for article, first, id in self._database.rows(query, some):
                if first == firsts[article]:
                    found.setdefault(article, []).append(id)
        return found

    def everything(self) -> Iterator[tuple[Article, list[Chunk], str]]:
        """Every article with its chunks in order, and the digest that their spans had when they were written."""
        for row in self._database.rows(f"select {COLUMNS}, spans from article order by id"):
            article = read_article(row[:-1])
            yield article, self._chunks_of(article), row[-1]

    def with_chunks(self, ids: Sequence[str]) -> list[tuple[Article, list[Chunk]]]:
        """Those of the articles that exist, with their chunks in order."""
        articles = (self.article(id) for id in ids)
        return [(article, self._chunks_of(article)) for article in articles if article is not None]

    def _chunks_of(self, article: Article) -> list[Chunk]:
        spans = self._database.rows("select id, start, end from chunk where article = ? order by start", (article.id,))
        return [Chunk(id, article, start, end, article.text[start:end]) for id, start, end in spans]

    def faults(self) -> list[str]:
        """What SQLite itself finds wrong with the file, chunks and places of no article included."""
        told = [str(row[0]) for row in self._database.rows("pragma integrity_check")]
        faults = [line for line in told if line != "ok"]
        for table in ("chunk", "place"):
            count = self._database.row(f"select count(*) from {table} where {OF_NO_ARTICLE}")[0]
            faults += [f"{count} {table}s of no article"] if count else []
        return faults

    def mend(self) -> None:
        """What SQLite can mend by itself: its indexes are made anew, chunks and places of no article go."""
        with self._database.writing() as connection:
            gone = [row[0] for row in connection.execute(f"select article from place where {OF_NO_ARTICLE}")]
            for table in ("chunk", "place"):
                connection.execute(f"delete from {table} where {OF_NO_ARTICLE}")
            connection.execute("reindex")
        self._columns.drop(gone)

    def replace(self, batch: Batch, first_rows: Sequence[int]) -> None:
        """All of the batch in one transaction; the vectors of each article begin at its row of `first_rows`."""
        places = []
        with self._database.writing() as connection:
            for (article, chunks), first in zip(batch, first_rows, strict=True):
                connection.execute("delete from article where id = ?", (article.id,))
                values = (*row_of(article), spans_digest(chunks))
                connection.execute(f"insert into article ({COLUMNS}, spans) values ({_marks(values)})", values)
                connection.executemany(
                    "insert into chunk values (?, ?, ?, ?)", [(c.id, article.id, c.start, c.end) for c in chunks]
                )
                places.append(place_of(article, first, len(chunks)))
                connection.execute(f"insert into place values ({_marks(places[-1])})", places[-1])
        self._columns.put(places)

    def place(self, first_rows: Mapping[str, int]) -> None:
        """Says where the vectors of these articles begin now."""
        with self._database.writing() as connection:
            found = []
            for id, first in first_rows.items():
                article = self.article(id)
                if article is not None:
                    count = connection.execute("select count(*) from chunk where article = ?", (id,)).fetchone()[0]
                    found.append(place_of(article, first, count))
            connection.executemany("insert or replace into place values (?, ?, ?, ?, ?, ?)", found)
        self._columns.put(found)

    def remove(self, ids: Sequence[str]) -> None:
        with self._database.writing() as connection:
            connection.executemany("delete from article where id = ?", [(id,) for id in ids])
        self._columns.drop(ids)

    def count_chunks(self) -> int:
        return int(self._database.row("select count(*) from chunk")[0])

    def coverage(self, *, sources: int = 4, titles: int = 3) -> Coverage:
        count, first, last = self._database.row("select count(*), min(published), max(published) from article")
        common = (
            "select source from article where source is not null group by source order by count(*) desc, source limit ?"
        )
        newest = "select title from article where same_as is null order by published desc, id limit ?"
        return Coverage(
            articles=count,
            first=read_day(first),
            last=read_day(last),
            sources=tuple(row[0] for row in self._database.rows(common, (sources,))),
            titles=tuple(row[0] for row in self._database.rows(newest, (titles,))),
        )

    def clear(self) -> None:
        with self._database.writing() as connection:
            for table in ("place", "chunk", "article", "manifest"):
                connection.execute(f"delete from {table}")
        self._columns.clear()

    def close(self) -> None:
        self._database.close()


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _pieces(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """SQLite takes a limited number of variables in one statement."""
    for start in range(0, len(values), MOST_VARIABLES):
        yield values[start : start + MOST_VARIABLES]
