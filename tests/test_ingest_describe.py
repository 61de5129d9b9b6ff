"""Describing: what is stated goes first, ids and URLs are stable, the digest sees every change, languages are told."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from byline.errors import EmptyArticle, UnreadableArticle
from byline.records import Article, digest
from ingest import normalise_url
from ingest.dates import as_date, find_date
from ingest.describe import describe
from ingest.read import RawArticle

TEXT = (
    "The observatory on La Palma has found a comet that will pass the sun in October. It can be seen with the "
    "naked eye "
    "for about a week, astronomers say, if the sky is dark."
)
ARTICLE = Article(
    id="x", title="A comet", text=TEXT, url="https://sky.example/c", source="Sky", published=date(2024, 3, 1)
)


def record(**given: object) -> Article:
    return describe(RawArticle("all.jsonl:1", "record", TEXT, given={"id": "comet", **given})).article


def text_file(body: str, **given: object) -> Article:
    return describe(RawArticle("news/la-palma_comet.txt", "text", body, "news/la-palma_comet.txt", given=given)).article


def test_what_is_stated_goes_before_what_the_page_shows() -> None:
    page = f"A comet in October\n\n3 March 2024 | sky.example\n\n{TEXT}"
    shown = text_file(page)
    assert (shown.title, shown.published, shown.source) == ("A comet in October", date(2024, 3, 3), "sky.example")
    stated = text_file(
        page, title="Comet!", published="2024-03-01", source="Sky", language="EN-us", authors=["A. Ruiz"]
    )
    assert (stated.title, stated.published, stated.source) == ("Comet!", date(2024, 3, 1), "Sky")
    assert (stated.language, stated.authors) == ("en", ("A. Ruiz",))


def test_the_id_is_the_url_else_the_given_id_else_the_path() -> None:
    assert text_file(TEXT).id == "news/la-palma_comet.txt" and text_file(TEXT).url is None
    assert text_file(TEXT, id="comet").id == "comet"
    assert text_file(TEXT, id="comet", url="https://Sky.example/c#top").id == "https://sky.example/c"


@pytest.mark.parametrize("stated", [{"url": "www.sky.example/c"}, {"url": "ftp://sky.example/c"}, {"url": ""}, {}])
def test_a_record_is_never_called_by_its_line(stated: dict[str, str]) -> None:
    with pytest.raises(UnreadableArticle, match=rf"all\.jsonl:12: .*{stated.get('url') or 'no'}.*'url'.*'id'"):
        describe(RawArticle("all.jsonl:12", "record", TEXT, given=stated))
    assert describe(RawArticle("all.jsonl:12", "record", TEXT, given={**stated, "id": 0})).article.id == "0"


def test_a_text_without_a_headline_is_called_by_its_file() -> None:
    assert text_file(TEXT).title == "La palma comet"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/b?utm_source=x&id=7&fbclid=q#c", "https://a.example/b?id=7"),
        ("HTTPS://A.Example:443/B", "https://a.example/B"),
        ("http://a.example:8080", "http://a.example:8080/"),
        ("https://a.example/b?q=a%20b&c", "https://a.example/b?q=a%20b&c"),
        ("ftp://a.example/b", ""),
        ("no url", ""),
    ],
)
def test_urls_are_normalised(url: str, expected: str) -> None:
    assert normalise_url(url) == expected
    assert normalise_url(expected) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [("published", "soon"), ("authors", 7), ("language", "Klingon"), ("title", ["a"]), ("url", {"a": 1})],
)
def test_a_stated_value_that_cannot_be_taken_is_told_with_its_place(name: str, value: object) -> None:
    with pytest.raises(UnreadableArticle, match=f"all.jsonl:1.*{name}"):
        record(**{name: value})


def test_null_and_empty_values_are_as_absent() -> None:
    article = record(title=None, published="", authors=None, source="", language=None)
    assert (article.published, article.authors, article.source, article.language) == (None, (), None, "en")


def test_the_source_is_the_host_where_nothing_else_tells_it() -> None:
    assert record(url="https://www.sky.example/c").source == "sky.example"


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(EmptyArticle, match=r"menu\.txt"):
        describe(RawArticle("menu.txt", "text", "Skip to content\n\n© 2024 Sky", "menu.txt"))
    with pytest.raises(EmptyArticle, match=r"menu\.html"):
        describe(RawArticle("menu.html", "html", "<html><body><nav>Home</nav></body></html>", "menu.html"))


@pytest.mark.parametrize("html", [f"<p>{TEXT}</p>", f"<div>{TEXT}</div>", "<p>A comet was found.</p>"])
def test_a_piece_of_html_is_enough_for_a_record(html: str) -> None:
    article = describe(RawArticle("all.jsonl:1", "html", html, given={"id": "comet", "title": "Comet"})).article
    assert article.text in (TEXT, "A comet was found.") and article.title == "Comet"


def test_the_digest_sees_every_field_but_the_id_and_the_copied() -> None:
    changes = [{"title": "B"}, {"text": "b"}, {"url": None}, {"source": None}, {"published": None}, {"language": "es"}]
    others = [replace(ARTICLE, **change) for change in [*changes, {"authors": ("A. Ruiz",)}]]  # type: ignore[arg-type]
    assert len({digest(article) for article in [ARTICLE, *others]}) == 8
    assert digest(replace(ARTICLE, id="y", same_as="z")) == digest(ARTICLE)
    assert record().digest == record().digest == digest(record())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (TEXT, "en"),
        ("El observatorio de La Palma ha descubierto un cometa que pasará cerca del sol en octubre.", "es"),
        ("Das Observatorium auf La Palma hat einen Kometen entdeckt, der im Oktober an der Sonne vorbeizieht.", "de"),
        ("L'observatoire de La Palma a découvert une comète qui passera près du soleil en octobre.", "fr"),
        ("라팔마 천문대가 10월에 태양을 지나갈 혜성을 발견했다고 천문학자들이 밝혔다.", "ko"),
    ],
)
def test_the_language_is_told_from_the_text(text: str, language: str) -> None:
    assert describe(RawArticle("x.txt", "record", text, "x.txt")).article.language == language


def test_dates_that_can_be_read_two_ways_are_not_taken() -> None:
    assert find_date("03/04/2024") is None
    assert as_date("03/04/2024", "es") == date(2024, 4, 3)
    assert as_date("27/03/2024") == as_date("03/27/2024") == date(2024, 3, 27)
    assert as_date("30 February 2024") is None and as_date("27 bananas 2024") is None
    assert as_date(datetime(2024, 3, 27, 23, 59)) == as_date("2024-03-27T23:59:00-08:00") == date(2024, 3, 27)
